"""What Airflow's containers need beside DAGs: accounts, connections, names of hosts, old logs."""
