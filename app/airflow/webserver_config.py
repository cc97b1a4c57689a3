"""Settings of the login pages; Airflow executes this file, each name in capitals is one setting."""

from airflow.configuration import conf
from werkzeug.security import generate_password_hash

# Cookies are shared by all ports of a host, so other services on it must not use the same name.
SESSION_COOKIE_NAME = "airflow-session"
SESSION_COOKIE_SECURE = conf.get("api", "base_url").startswith("https:")

# The default, scrypt, takes 32 MB a login: a class that logs in at once would end the API server.
# 600,000 rounds are what OWASP's Password Storage Cheat Sheet asks for.
FAB_PASSWORD_HASH_METHOD = "pbkdf2:sha256:600000"
# For names that don't exist, so that they take as long as those that do.
AUTH_DB_FAKE_PASSWORD_HASH_CHECK = generate_password_hash("", FAB_PASSWORD_HASH_METHOD)
