"""Writes the services' configuration: the templates of a folder, with this cloud's values.

Values are the environment variables `LAB_…`, in lower case without that prefix. `$auth_NAME` is the
login of the service NAME at Keystone, as all of them spell it.
"""

import os
import sys
from pathlib import Path
from string import Template

PREFIX = "LAB_"
SERVICES = ("nova", "neutron", "glance", "placement", "cinder", "blazar")
AUTH = """auth_type = password
auth_url = http://127.0.0.1:$identity_port/identity/v3
username = $service
password = $password
project_name = service
user_domain_name = Default
project_domain_name = Default
region_name = $region"""


def main(templates: Path, target: Path) -> None:
    """Render every template of the folder into the target folder, for root's eyes only."""
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX)
    }
    for service in SERVICES:
        values[f"auth_{service}"] = Template(AUTH).substitute(values, service=service)
    os.umask(0o077)
    for template in templates.iterdir():
        (target / template.name).write_text(Template(template.read_text()).substitute(values))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
