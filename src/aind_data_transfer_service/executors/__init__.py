"""Adapters of `aind_data_transfer_service.ports.executor`."""
