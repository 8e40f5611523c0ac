"""Small sessions that the extractors of ``aind-metadata-mapper`` 0.29.3 read, one kind a function.

Each function writes a session into a folder and returns the ``job_settings`` of a request for it.
"""

import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .scanimage_tiff import write_scanimage_tiff

SUBJECT_ID = "655019"
EXPERIMENTERS = ["John Apple"]

_SCANIMAGE = {
    "SI.VERSION_MAJOR": "2020",
    "SI.VERSION_MINOR": "1",
    "SI.VERSION_UPDATE": "0",
    "SI.extTrigEnable": "0",
    "SI.hBeams.powers": "[15 0]",
    "SI.hChannels.channelSave": "[1 2]",
    "SI.hIntegrationRoiManager.enable": "false",
    "SI.hIntegrationRoiManager.outputChannelsEnabled": "false",
    "SI.hPhotostim.status": "'Offline'",
    "SI.hPhotostim.sequenceSelectedStimuli": "[1 2]",
    "SI.hRoiManager.linesPerFrame": "800",
    "SI.hRoiManager.pixelsPerLine": "800",
    "SI.hRoiManager.scanFrameRate": "19.4188",
    "SI.hRoiManager.scanZoomFactor": "1.5",
    "SI.hStackManager.enable": "false",
    "SI.hStackManager.framesPerSlice": "1",
    "SI.hStackManager.numSlices": "1",
    "SI.hStackManager.numVolumes": "1",
    "SI.hStackManager.stackZStepSize": "1",
    "SI.hStackManager.zs": "[0]",
}
_STACK = {
    "SI.hStackManager.enable": "true",
    "SI.hStackManager.numSlices": "3",
    "SI.hStackManager.zs": "[-10 0 10]",
    "SI.hStackManager.stackZStepSize": "10",
}
_BEHAVIOR = {
    "SI.extTrigEnable": "1",
    "SI.hIntegrationRoiManager.enable": "true",
    "SI.hIntegrationRoiManager.outputChannelsEnabled": "true",
}
_PHOTOSTIM = {"SI.hPhotostim.status": "'Running'"}


def bergamo_session(folder: Path) -> dict[str, Any]:
    """Write a session of a Bergamo microscope: a stack, rest, behavior and photostimulation."""
    folder.mkdir(parents=True)
    group = {"rois": [_stimulus(0.01), _stimulus(0.02), _stimulus(0.03)]}
    rois = {"RoiGroups": {"photostimRoiGroups": [group, group]}}
    kinds: tuple[tuple[str, Mapping[str, str], int], ...] = (
        ("stackPost", _STACK, 0),
        ("spont", {}, 10),
        ("neuron2", _BEHAVIOR, 20),
        ("photostim", _PHOTOSTIM, 30),
    )
    for stem, changes, minute in kinds:
        for number in (1, 2):
            frames = [_frame(minute, count) for count in range(3)]
            path = folder / f"{stem}_{number:05}.tif"
            write_scanimage_tiff(path, header={**_SCANIMAGE, **changes}, rois=rois, frames=frames)
    return {
        "job_settings_name": "Bergamo",
        "input_source": str(folder),
        "experimenter_full_name": EXPERIMENTERS,
        "subject_id": SUBJECT_ID,
        "imaging_laser_wavelength": 920,
        "fov_imaging_depth": 200,
        "fov_targeted_structure": "Primary Motor Cortex",
        "notes": "test upload",
    }


def _stimulus(duration: float) -> dict[str, Any]:
    pattern = [[0, 0, 0, 1], [1, 1, 0, 1]]
    field = {"slmPattern": pattern, "powers": 10, "repetitions": 10, "duration": duration}
    return {"scanfields": field}


def _frame(minute: int, count: int) -> dict[str, str]:
    return {
        "frameNumbers": str(count + 1),
        "frameTimestamps_sec": f"{count * 0.0515:.6f}",
        "nextFileMarkerTimestamps_sec": "2.0",
        "epoch": f"[2000  1  1  1 {11 + minute} 41.500]",
    }


def bruker_session(folder: Path) -> dict[str, Any]:
    """Write a study of a Bruker scanner: two scans, parameters only."""
    _parameters(folder / "subject", {"$SUBJECT_position": "SUBJ_POS_Supine"})
    for number, time in ((1, "10:10:10"), (2, "10:20:10")):
        scan = folder / str(number)
        _parameters(scan / "acqp", {"$ACQ_time": f"( 20 )\n<{time} 03 Apr 2023>"})
        _parameters(
            scan / "method",
            {
                "$Method": "RARE",
                "$PVM_ScanTimeStr": "( 16 )\n<0h5m6s400ms>",
                "$PVM_RareFactor": "8",
                "$PVM_EffectiveTE": "42.5",
                "$PVM_EchoTime": "8.5",
                "$PVM_RepetitionTime": "500",
                "$PVM_SpatResol": "( 3 )\n0.1 0.1 0.1",
            },
        )
        reconstruction = scan / "pdata" / "1"
        _parameters(reconstruction / "reco", {"$RECO_mode": "AUTO"})
        _parameters(
            reconstruction / "visu_pars",
            {
                "$VisuCoreOrientation": "( 1, 9 )\n1 0 0 0 1 0 0 0 1",
                "$VisuCorePosition": "( 1, 3 )\n-6.1 -5.2 -4.3",
            },
        )
    return {
        "job_settings_name": "Bruker",
        "input_source": str(folder),
        "experimenter_full_name": EXPERIMENTERS,
        "subject_id": SUBJECT_ID,
        "session_type": "3D MRI Volume",
        "primary_scan_number": 2,
        "setup_scan_number": 1,
        "scanner_name": "Scanner 2",
        "scan_location": "UW SLU",
        "magnetic_strength": 7,
        "iacuc_protocol": "2109",
        "session_notes": "test upload",
    }


def _parameters(path: Path, values: Mapping[str, str]) -> None:
    """Write a file of parameters as ParaVision does (JCAMP-DX)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["##TITLE=Parameter List", "##JCAMPDX=4.24"]
    lines += [f"##{name}={value}" for name, value in values.items()]
    path.write_text("\n".join([*lines, "##END=", ""]))


def fiber_photometry_session(folder: Path) -> dict[str, Any]:
    """Write a fiber photometry session: one file of samples, times in ms since midnight."""
    folder.mkdir(parents=True)
    start = ((1 * 60 + 11) * 60 + 41) * 1000
    samples = "".join(f"{start + 50 * count}.0,{100 + count},0\n" for count in range(20))
    (folder / "FIP_DataG_2000-01-01T01_11_41.csv").write_text(samples)
    return {
        "job_settings_name": "FiberPhotometry",
        "data_directory": str(folder),
        "experimenter_full_name": EXPERIMENTERS,
        "subject_id": SUBJECT_ID,
        "rig_id": "428_FIP1_20231003",
        "mouse_platform_name": "Disc",
        "active_mouse_platform": False,
        "iacuc_protocol": "2115",
        "notes": "test upload",
        "data_streams": [
            {
                "light_sources": [
                    {
                        "name": "470nm LED",
                        "excitation_power": 20,
                        "excitation_power_unit": "microwatt",
                    }
                ],
                "detectors": [
                    {"name": "Green CMOS", "exposure_time": 15650.0, "trigger_type": "Internal"}
                ],
                "fiber_connections": [
                    {
                        "patch_cord_name": "Patch Cord A",
                        "patch_cord_output_power": 20,
                        "output_power_unit": "microwatt",
                        "fiber_name": "Fiber A",
                    }
                ],
            }
        ],
    }


def mesoscope_session(folder: Path) -> dict[str, Any]:
    """Write a session at a mesoscope: two planes, and gratings that were shown to the animal."""
    gratings = {
        "stim_path": "C:\\stimuli\\drifting_gratings_big.stim",
        "stim": "GratingStim(name='unnamed GratingStim')",
        "display_sequence": [[1, 5]],
        "sweep_frames": [[0, 59], [60, 119], [120, 179], [180, 239]],
        "sweep_order": [0, 1, 0, 1],
        "dimnames": ["Ori", "TF"],
        "sweep_table": [(0.0, 2.0), (90.0, 2.0)],
    }
    stage = {"params": {"stage": "OPHYS_7_receptive_field_mapping"}}
    shown = {"stage": "gratings", "items": {"foraging": stage}, "stimuli": [gratings]}
    return _mesoscope_session(folder, shown)


def mesoscope_task_session(folder: Path) -> dict[str, Any]:
    """Write a session at a mesoscope in which the animal had to notice another grating."""
    flashes = [int(frame % 45 < 15) for frame in range(360)]  # 250 ms of each 750 ms
    changes = [("Ori", 0.0, 0.0, 0), ("Ori", 90.0, 3.0, 180)]
    behavior = {
        "params": {"stage": "OPHYS_1_gratings"},
        "cl_params": {"stage": "OPHYS_1_gratings"},
        "stimuli": {"grating": {"set_log": changes, "draw_log": flashes}},
        "items": {},
    }
    shown = {"items": {"behavior": behavior}, "vsynccount": 360}
    return _mesoscope_session(folder, shown)


def _mesoscope_session(folder: Path, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Write the session, given what the program of the stimuli tells.

    There are the platform's JSON, one movie, what that program pickled, and the file of the sync
    card: a line that falls once a frame (60 a second) for six seconds.
    """
    folder.mkdir(parents=True)
    behavior = folder / "behavior"
    behavior.mkdir()
    (behavior / "1372137216_Behavior_20240612T132312.json").write_text('{"RecordingReport": {}}')
    planes = [
        {
            "targeted_structure_id": structure,
            "targeted_depth": depth,
            "scanimage_roi_index": 0,
            "scanimage_scanfield_z": depth + 20,
            "scanimage_power": 12.0,
        }
        for structure, depth in ((385, 150), (409, 225))
    ]
    group = {
        "local_z_stack_tif": "1372137216_local_z_stack0.tif",
        "acquisition_framerate_Hz": 9.48,
        "scanimage_power_percent": 40.0,
        "scanimage_split_percent": 60.0,
        "imaging_planes": planes,
    }
    platform = {"rig_id": "MESO.1", "imaging_plane_groups": [group]}
    (folder / "1372137216_platform.json").write_text(json.dumps(platform))
    write_scanimage_tiff(
        folder / "1372137216_timeseries_00001.tiff",
        header=_SCANIMAGE,
        rois={"RoiGroups": {}},
        frames=[_frame(0, count) for count in range(2)],
    )
    common = {
        "session_uuid": "4f1cb2f6-9f7b-4e0c-a0a4-0c2b7ba1e1a5",
        "fps": 60.0,
        "pre_blank_sec": 0,
    }
    (folder / "1372137216.stim.pkl").write_bytes(pickle.dumps({**common, **shown}))
    _sync_file(folder / "1372137216_20240612T132312.h5", seconds=6)
    return {
        "job_settings_name": "Mesoscope",
        "input_source": str(folder),
        "behavior_source": str(behavior),
        "session_id": "1372137216",
        "session_start_time": "2024-06-12T13:23:12-07:00",
        "session_end_time": "2024-06-12T13:23:18-07:00",
        "subject_id": SUBJECT_ID,
        "project": "Learning mFISH-V1omFISH",
        "experimenter_full_name": EXPERIMENTERS,
    }


def _sync_file(path: Path, *, seconds: int) -> None:
    """Write what a sync card records: each change of a line, with its sample."""
    import h5py

    rate, frames_a_second = 100_000, 60
    about = {
        "line_labels": ["vsync_stim", "stim_photodiode"],
        "ni_daq": {"sample_freq": float(rate), "counter_bits": 32},
        "start_time": "2024-06-12 13:23:12",
        "total_samples": rate * seconds,
    }
    frames = [rate * frame // frames_a_second for frame in range(frames_a_second * seconds)]
    changes = [change for at in frames for change in ((at + 500, 1), (at + 1000, 0))]
    changes += [(rate * second + 3560, 2) for second in range(0, seconds, 2)]
    with h5py.File(path, "w") as file:
        file["meta"] = repr(about)
        file.create_dataset("data", data=sorted(changes), dtype="uint32")


def smartspim_session(folder: Path) -> dict[str, Any]:
    """Write the parts of a SmartSPIM acquisition that tell of it: no image is among them.

    ``folder`` is named after subject and time, such as ``SmartSPIM_695464_2023-10-18_20-30-30``.
    """
    (folder / "SmartSPIM" / "Ex_488_Em_525").mkdir(parents=True)
    derivatives = folder / "derivatives"
    derivatives.mkdir()
    tiles = {
        f"t_{number}": {"X": x, "Y": 701490, "Z": -100, "Laser": "488", "Side": "0", "Filter": "1"}
        for number, x in enumerate((471320, 568520))
    }
    told = {
        "session_config": {"Obj": "3.6x 0.2NA", "um/pix": "1.8", "z_step_um": "2.0"},
        "wavelength_config": {"488": {"power_left": "30", "power_right": "30"}},
        "tile_config": tiles,
    }
    (derivatives / "metadata.json").write_text(json.dumps(told))
    (derivatives / "ASI_logging.txt").write_text("10/18/2023 11:30:30 PM stage moved\n")
    return {
        "job_settings_name": "SmartSPIM",
        "input_source": str(folder),
        "subject_id": "695464",
        "metadata_service_path": "slims/smartspim_imaging",
    }
