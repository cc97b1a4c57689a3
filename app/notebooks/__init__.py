"""JupyterLab with the project's notebooks: how it starts, and which notebooks it comes with."""
