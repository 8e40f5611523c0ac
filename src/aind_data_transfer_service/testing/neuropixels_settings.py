"""The ``settings.xml`` that the Open Ephys GUI 0.6 writes beside a Neuropixels 1.0 recording.

Only what readers of the probe's geometry use is written: the signal chain, the probe's identity
and gains, and where each channel's electrode lies. Source of the geometry: the Neuropixels 1.0
data sheet (two staggered columns, 32 µm apart, rows every 20 µm).
"""

from xml.etree import ElementTree as ET

MAX_CHANNELS = 384  # channels a Neuropixels 1.0 probe reads at a time
MIN_CHANNELS = 4  # two rows: readers take the leftmost electrode for the left edge of the probe

_COLUMNS = 2
_COLUMN_PITCH_UM = 32
_ROW_PITCH_UM = 20
_ODD_ROW_LEFT_UM = 11
_EVEN_ROW_SHIFT_UM = 16


def electrode_position(electrode: int) -> tuple[int, int]:
    """Return the electrode's centre: µm from the shank's left edge, µm above the lowest row."""
    row, column = divmod(electrode, _COLUMNS)
    shift = _EVEN_ROW_SHIFT_UM if row % 2 == 0 else 0
    return _ODD_ROW_LEFT_UM + shift + column * _COLUMN_PITCH_UM, row * _ROW_PITCH_UM


def settings_xml(
    *, probe: str, channels: int, ap_rate: float, lfp_rate: float, source: int, recorder: int
) -> bytes:
    """Return the file for one probe whose lowest ``channels`` electrodes (bank 0) are recorded.

    ``source`` and ``recorder`` are the node ids of the Neuropix-PXI plugin and the Record Node.
    """
    root = ET.Element("SETTINGS")
    info = ET.SubElement(root, "INFO")
    ET.SubElement(info, "VERSION").text = "0.6.7"
    ET.SubElement(info, "PLUGIN_API_VERSION").text = "8"
    chain = ET.SubElement(root, "SIGNALCHAIN")
    plugin = ET.SubElement(
        chain,
        "PROCESSOR",
        name="Neuropix-PXI",
        pluginName="Neuropix-PXI",
        libraryName="Neuropix-PXI",
        libraryVersion="0.6.0",
        nodeId=str(source),
    )
    for band, rate in (("AP", ap_rate), ("LFP", lfp_rate)):
        ET.SubElement(
            plugin,
            "STREAM",
            name=f"{probe}-{band}",
            sample_rate=str(float(rate)),
            channel_count=str(channels),
            device_name="Neuropixels 1.0",
        )
    _add_probe(ET.SubElement(plugin, "EDITOR", displayName="Neuropix-PXI"), probe, channels)
    ET.SubElement(
        chain, "PROCESSOR", name="Record Node", pluginName="Record Node", nodeId=str(recorder)
    )
    ET.indent(root)
    xml: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml


def _add_probe(editor: ET.Element, probe: str, channels: int) -> None:
    element = ET.SubElement(
        editor,
        "NP_PROBE",
        slot="2",
        port="1",
        dock="1",
        probe_serial_number="18005123456",
        probe_part_number="NP1000",
        probe_name="Neuropixels 1.0",
        custom_probe_name=probe,
        apGainValue="500x",
        lfpGainValue="250x",
        referenceChannel="Ext",
    )
    names = [f"CH{channel}" for channel in range(channels)]
    positions = [electrode_position(channel) for channel in range(channels)]
    ET.SubElement(element, "CHANNELS", dict.fromkeys(names, "0"))
    for axis, tag in enumerate(("ELECTRODE_XPOS", "ELECTRODE_YPOS")):
        where = {name: str(p[axis]) for name, p in zip(names, positions, strict=True)}
        ET.SubElement(element, tag, where)
