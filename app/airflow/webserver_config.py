"""Settings of the login pages; Airflow executes this file, each name in capitals is one setting."""

from airflow.configuration import conf

# Cookies are shared by all ports of a host, so other services on it must not use the same name.
SESSION_COOKIE_NAME = "airflow-session"
SESSION_COOKIE_SECURE = conf.get("api", "base_url").startswith("https:")
