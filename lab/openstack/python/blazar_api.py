"""Blazar's API.

The package's own program starts its server in a daemon thread and ends at once; this one stays.
"""

import socketserver
import sys
from wsgiref.simple_server import WSGIServer, make_server

from blazar.cmd import api
from blazar.utils import service


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """Answers each request in a thread of its own."""

    daemon_threads = True


api.CONF(sys.argv[1:], project="blazar", prog="blazar-api")
service.prepare_service(sys.argv)
application = api.wsgi_app.VersionSelectorApplication()
make_server(api.CONF.host, api.CONF.port, application, server_class=Server).serve_forever()
