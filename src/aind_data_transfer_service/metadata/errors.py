"""Why settings for the metadata of a session cannot be used."""

from ..errors import InvalidInput


class SessionSettingsInvalid(InvalidInput):
    """Settings for an extractor are not what it needs."""

    code = "session_settings_invalid"
    what_to_do_default = "Correct what the message names and submit again."


class SettingsFileMissing(InvalidInput):
    """The file that settings are to come from is not there."""

    code = "settings_file_missing"
    what_to_do_default = "Check the path of user_settings_config_file, and submit again."


class SettingsFileInvalid(InvalidInput):
    """The file that settings are to come from cannot be used."""

    code = "settings_file_invalid"
    what_to_do_default = "Correct the file, then submit again, or retry the job."


class ExtractorNotRunnable(InvalidInput):
    """The mapper accepts settings of this name, and has nothing that runs them."""

    code = "extractor_not_runnable"
    what_to_do_default = (
        "Leave session_settings out, and put a session.json into metadata_dir if there is one."
    )
