"""Superset's settings for this project: loopback, no calls outside, anonymous viewing of what is published anyway.

Read by Superset itself (`SUPERSET_CONFIG_PATH`). Its state lies in the folder `MTM_SUPERSET`; nothing secret stands here.
"""

import os
from pathlib import Path

_FOLDER = Path(os.environ["MTM_SUPERSET"])
_SERVED = Path(os.environ["MTM_SERVED"])

SECRET_KEY = (_FOLDER / "secret_key").read_text().strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_FOLDER / 'superset.db'}?timeout=30"
APP_NAME = "MTM Warehouse"
LANGUAGES = {"en": {"flag": "us", "name": "English"}, "ru": {"flag": "ru", "name": "Русский"}}
BABEL_DEFAULT_LOCALE = "en"

# Who comes without a login sees the dashboards and asks their datasets; no SQL, nothing to change.
AUTH_ROLE_PUBLIC = "Public"
PUBLIC_ROLE_LIKE = "Public"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True

THEME_DEFAULT = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": "Apache Superset",
        "brandLogoUrl": "/static/assets/images/superset-logo-horiz.png",
        "brandLogoMargin": "18px 0",
        "brandLogoHref": "/superset/dashboard/mtm-headlines/",
        "brandLogoHeight": "24px",
        "brandIconMaxWidth": 37,
        "colorPrimary": "#0b63a5",
        "colorLink": "#0b63a5",
        "colorError": "#b3261e",
        "colorWarning": "#8a5a00",
        "colorSuccess": "#1a7040",
        "colorInfo": "#0b63a5",
        "fontUrls": [],
        "fontFamily": "Inter, 'Noto Sans', Helvetica, Arial, sans-serif",
        "transitionTiming": 0.3,
        "fontWeightStrong": "500",
    },
    "algorithm": "default",
}
THEME_DARK = None  # the pictures' colours are chosen for white
ENABLE_UI_THEME_ADMINISTRATION = False

# Answers are not kept: DuckDB gives them in milliseconds, and a new release shows at once.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
FILTER_STATE_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 86400, "CACHE_THRESHOLD": 5000}
EXPLORE_FORM_DATA_CACHE_CONFIG = FILTER_STATE_CACHE_CONFIG

FEATURE_FLAGS = {"DASHBOARD_VIRTUALIZATION": False, "ALERT_REPORTS": False, "ENABLE_TEMPLATE_PROCESSING": False}
# Cards, tiles and intervals are Handlebars charts: their class names and places survive, scripts and links do not.
HTML_SANITIZATION = True
HTML_SANITIZATION_SCHEMA_EXTENSIONS = {"attributes": {"*": ["className", "style"]}}

# Nothing is loaded from outside. Handlebars compiles its templates in the browser, which needs 'unsafe-eval'.
CONTENT_SECURITY_POLICY_WARNING = False
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "frame-ancestors": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'", "'unsafe-eval'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}

# Colours that the colour-blind tell apart, the same as the report's (warehouse/serving/look/palette.yml).
_SERIES = ["#1a6bb5", "#bf4b00", "#0b453b", "#9a3f7c", "#55420a"]
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "mtm",
        "label": "MTM",
        "description": "Told apart by the colour-blind",
        "isDefault": True,
        "colors": _SERIES,
    },
]
EXTRA_SEQUENTIAL_COLOR_SCHEMES = [
    {
        "id": "mtm_sequence",
        "label": "MTM, least to most",
        "description": "Classes of a map",
        "isDiverging": False,
        "isDefault": True,
        "colors": ["#dae7f3", "#a8c7e3", "#6ca0d0", "#2371b8", "#12497b"],
    }
]


def DB_CONNECTION_MUTATOR(uri, params, username, security_manager, source):
    """Each connection opens the release that is current now, by the file's own name.

    DuckDB keeps one instance per path and process: through the symlink, a query that starts while another one runs
    would still read the release before.
    """
    if uri.get_backend_name() == "duckdb" and uri.database == str(_SERVED):
        uri = uri.set(database=os.path.realpath(_SERVED))
    return uri, params
