"""EfficientNet-Lite0 as an ONNX graph with an 11-class head, written with numpy and onnx alone.

The same weights give the same bytes: no time stamps, fixed names and order, deterministic protobuf.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .errors import ModelError
from .head import EMBEDDING_SIZE, Head
from .transform import TRANSFORM
from .weights import Weights

OPSET, IR_VERSION = 17, 8  # read by every onnxruntime since 1.14
BATCH_NORM_EPSILON = 1e-3  # EfficientNet's, not PyTorch's default of 1e-5
# (blocks, stride of the first block) a stage; kernel sizes are read from the weights.
STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
HEAD_WEIGHT, HEAD_BIAS = "head.weight", "head.bias"


class Graph:
    """Nodes and constants under construction, and the names of the weights that were used."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.used: set[str] = set()

    def take(self, name: str) -> np.ndarray:
        self.used.add(name)
        return self.weights[name].astype(np.float64)

    def constant(self, name: str, values: np.ndarray) -> str:
        array = np.ascontiguousarray(values, np.float32)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def convolution(
        self, x: str, name: str, weight: str, norm: str, *, stride: int = 1, relu6: bool = True
    ) -> str:
        """Convolution with its batch norm folded in (in float64), then ReLU6 unless told otherwise.

        Padding is TensorFlow's SAME: at stride 2 the odd pixel goes to the right and bottom.
        """
        w = self.take(f"{weight}.weight")
        gamma, beta = self.take(f"{norm}.weight"), self.take(f"{norm}.bias")
        mean, variance = self.take(f"{norm}.running_mean"), self.take(f"{norm}.running_var")
        factor = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
        kernel = w.shape[2]
        depthwise = w.shape[1] == 1 and kernel > 1
        inputs = [
            x,
            self.constant(f"{name}.weight", w * factor[:, None, None, None]),
            self.constant(f"{name}.bias", beta - mean * factor),
        ]
        y = self.node(
            "Conv",
            inputs,
            f"{name}.conv",
            group=w.shape[0] if depthwise else 1,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            auto_pad="SAME_UPPER",
        )
        return self.node("Clip", [y, "zero", "six"], f"{name}.relu6") if relu6 else y

    def block(self, x: str, index: int, *, stride: int, first: bool) -> str:
        """Inverted residual: expand, depthwise, project, and the way round it."""
        weight, name = f"_blocks.{index}.", f"block{index}."
        y = x
        if f"{weight}_expand_conv.weight" in self.weights:
            y = self.convolution(y, f"{name}expand", f"{weight}_expand_conv", f"{weight}_bn0")
        y = self.convolution(
            y, f"{name}depthwise", f"{weight}_depthwise_conv", f"{weight}_bn1", stride=stride
        )
        y = self.convolution(
            y, f"{name}project", f"{weight}_project_conv", f"{weight}_bn2", relu6=False
        )
        return y if first else self.node("Add", [y, x], f"{name}add")


def network(weights: Weights, head: Head) -> onnx.ModelProto:
    """`input` [N,3,224,224] -> `logits` [N,11] and `embedding` [N,1280], all float32."""
    graph = Graph(weights)
    graph.constant("zero", np.float32(0))
    graph.constant("six", np.float32(6))
    x = graph.convolution("input", "stem", "_conv_stem", "_bn0", stride=2)
    index = 0
    for blocks, first_stride in STAGES:
        for place in range(blocks):
            stride = first_stride if place == 0 else 1
            x = graph.block(x, index, stride=stride, first=place == 0)
            index += 1
    x = graph.convolution(x, "top", "_conv_head", "_bn1")
    x = graph.node("GlobalAveragePool", [x], "pooled")
    graph.node("Flatten", [x], "embedding", axis=1)
    graph.constant(HEAD_WEIGHT, head.weight)
    graph.constant(HEAD_BIAS, head.bias)
    graph.node("Gemm", ["embedding", HEAD_WEIGHT, HEAD_BIAS], "logits", transB=1)
    refuse_leftovers(graph)
    return model_of(graph, classes=len(head.classes))


def with_head(model: onnx.ModelProto, head: Head) -> onnx.ModelProto:
    """A copy of a model in which only the head is another. Raises ModelError if it has none."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    places = {constant.name: constant for constant in copy.graph.initializer}
    if HEAD_WEIGHT not in places or HEAD_BIAS not in places:
        raise ModelError(f"the model has no {HEAD_WEIGHT} and {HEAD_BIAS}: not of this format")
    for name, values in ((HEAD_WEIGHT, head.weight), (HEAD_BIAS, head.bias)):
        if tuple(places[name].dims) != values.shape:
            raise ModelError(
                f"the model's {name} is {list(places[name].dims)}, the new one differs"
            )
        places[name].CopyFrom(numpy_helper.from_array(values, name))
    return copy


def refuse_leftovers(graph: Graph) -> None:
    """Weights that no node uses mean that the architecture above isn't the file's."""
    # `_fc` is ImageNet's own 1000-class head; the counters only matter in training.
    known = {"_fc.weight", "_fc.bias"}
    counters = {name for name in graph.weights if name.endswith("num_batches_tracked")}
    left = set(graph.weights) - graph.used - known - counters
    if left:
        raise ModelError(f"weights that the network doesn't use: {', '.join(sorted(left))}")


def model_of(graph: Graph, *, classes: int) -> onnx.ModelProto:
    def value(name: str, *shape: object) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])

    onnx_graph = helper.make_graph(
        graph.nodes,
        "efficientnet-lite0-food11",
        [value("input", 3, TRANSFORM.size, TRANSFORM.size)],
        [value("logits", classes), value("embedding", EMBEDDING_SIZE)],
        graph.constants,
    )
    model = helper.make_model(
        onnx_graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="feedback-loop-model",
    )
    onnx.checker.check_model(model, full_check=True)
    return model
