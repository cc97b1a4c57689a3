"""The steps of the loop, shared by Airflow's DAGs, the trainer and notebooks.

Functions take what they need and read no environment; nothing happens at import.
"""
