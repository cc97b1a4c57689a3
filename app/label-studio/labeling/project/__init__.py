"""The job `label-studio-project`: the project in which people label the evaluation stream."""
