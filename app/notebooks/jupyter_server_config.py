"""Settings of the notebook server, in a folder of the image where nobody can write."""

import hashlib
import hmac
import os

# Jupyter gives it to this file.
c = get_config()  # noqa: F821

# Taken out of the environment, so that neither kernels nor terminals show it by accident.
token = os.environ.pop("JUPYTER_TOKEN")
work = os.environ["WORK_DIR"]

c.ServerApp.ip = "0.0.0.0"
c.ServerApp.port = int(os.environ["PORT"])
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = work
c.ServerApp.quit_button = False

# Who may come in: whoever has the token. Sessions outlive a restart and end with a new token.
c.IdentityProvider.token = token
c.ServerApp.cookie_secret = hmac.digest(token.encode(), b"session cookies", hashlib.sha256)
c.PasswordIdentityProvider.allow_password_change = False

# Behind the gateway, which alone reaches it and says which address and scheme a browser used.
c.ServerApp.allow_remote_access = True
c.ServerApp.trust_xheaders = True

# Nothing asks the internet, which can't be reached from here anyway.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
# Language servers, of which the image has none, and the addresses of Jupyter's older pages.
c.ServerApp.jpserver_extensions = {"jupyter_lsp": False, "notebook_shim": False}

# Memory is short: what nobody used for a while ends, with or without a browser that still shows it.
c.MappingKernelManager.cull_idle_timeout = 20 * 60
c.MappingKernelManager.cull_interval = 60
c.MappingKernelManager.cull_connected = True
c.TerminalManager.cull_inactive_timeout = 60 * 60
c.TerminalManager.cull_interval = 60
# A request is held in memory whole, several times while it is read; uploads come in parts of 1 MiB.
c.ServerApp.max_body_size = c.ServerApp.max_buffer_size = 32 << 20
# And where memory runs out, the kernel or terminal goes and not the server.
c.ServerApp.terminado_settings = {"shell_command": ["/opt/app/notebooks/expendable", "bash"]}

# A trash would be in the home folder, which is in memory.
c.FileContentsManager.delete_to_trash = False
