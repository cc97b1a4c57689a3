"""What Airflow's containers need beside the DAGs: accounts, connections, names of hosts, old logs."""
