"""The one-shot job that puts the built model into the object store. Needs only `minio`."""
