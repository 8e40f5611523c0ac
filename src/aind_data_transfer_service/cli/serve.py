"""``aind-data-transfer serve``: the web server alone."""

from . import options


def serve(
    host: options.Host = None,
    port: options.Port = None,
    home: options.Home = None,
    config: options.Config = None,
) -> None:
    """Run the web server alone; workers run apart, on the same database."""
    from .service.given import given_settings
    from .service.secret_key import require_own_key
    from .service.start import load_and_log, open_database
    from .service.web import WebServer, listen

    given = given_settings(host=host, port=port, home=home)
    settings = require_own_key(load_and_log(config, given))
    with listen(settings.host, settings.port) as listener, open_database(settings) as database:
        WebServer(settings, database, listener).run()
