"""Settings from the environment."""

import pytest

from .settings import Database, Inference, InvalidSetting, LabelStudio, MissingSetting, ObjectStore

DATABASE = {
    "DATABASE_HOST": "postgres",
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "loop",
    "DATABASE_USER": "airflow-loop",
    "DATABASE_PASSWORD": "s3cret-word",
}
OBJECT_STORE = {
    "OBJECT_STORE_ENDPOINT": "http://minio:9000",
    "OBJECT_STORE_USER": "airflow",
    "OBJECT_STORE_PASSWORD": "s3cret-word",
}
LABEL_STUDIO = {
    "LABEL_STUDIO_URL": "http://label-studio:8080",
    "LABEL_STUDIO_TOKEN": "s3cret-word",
}


def test_all_are_read():
    database = Database.from_environment(DATABASE)
    assert database == Database("postgres", 5432, "loop", "airflow-loop", "s3cret-word")
    store = ObjectStore.from_environment(OBJECT_STORE)
    assert store == ObjectStore("http://minio:9000", "airflow", "s3cret-word")
    label_studio = LabelStudio.from_environment(LABEL_STUDIO)
    assert label_studio == LabelStudio("http://label-studio:8080", "s3cret-word")
    inference = Inference.from_environment({"INFERENCE_URL": "http://inference:8000"})
    assert inference == Inference("http://inference:8000")
    assert "s3cret-word" not in repr((database, store, label_studio))


@pytest.mark.parametrize(
    ("of", "variables"),
    [(Database, DATABASE), (ObjectStore, OBJECT_STORE), (LabelStudio, LABEL_STUDIO)],
)
def test_each_missing_variable_is_named(of, variables):
    for name in variables:
        with pytest.raises(MissingSetting, match=f"set {name}"):
            of.from_environment({**variables, name: ""})
    with pytest.raises(MissingSetting) as caught:
        of.from_environment({})
    assert [name for name in variables if name not in str(caught.value)] == []


def test_a_secret_may_be_in_a_file(tmp_path):
    file = tmp_path / "password"
    file.write_text("from-file\n")
    variables = {**DATABASE, "DATABASE_PASSWORD": "", "DATABASE_PASSWORD_FILE": str(file)}
    assert Database.from_environment(variables).password == "from-file"
    with pytest.raises(InvalidSetting, match="DATABASE_PASSWORD_FILE is '/nowhere'"):
        Database.from_environment({**variables, "DATABASE_PASSWORD_FILE": "/nowhere"})


@pytest.mark.parametrize("port", ["0", "65536", "five", "-1", "5432 ", "٣"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(InvalidSetting, match="DATABASE_PORT"):
        Database.from_environment({**DATABASE, "DATABASE_PORT": port})


@pytest.mark.parametrize(
    "url", ["minio:9000", "ftp://minio", "http://", "http://minio:9000/bucket"]
)
def test_an_address_that_is_none_is_refused(url):
    for make in (
        lambda: ObjectStore(url, "user", "s3cret-word"),
        lambda: LabelStudio(url, "s3cret-word"),
        lambda: Inference(url),
    ):
        with pytest.raises(InvalidSetting, match="allowed: http://HOST:PORT") as caught:
            make()
        assert url in str(caught.value)


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(InvalidSetting) as caught:
        Inference("http://user:hidden-word@inference:8000")
    assert "hidden-word" not in str(caught.value)
