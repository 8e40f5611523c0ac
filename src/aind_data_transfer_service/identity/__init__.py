"""Who asks, and what they may do: tokens, sessions and addresses, without input or output."""
