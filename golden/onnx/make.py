"""A model small enough to read: the mean of each colour of a picture, as three scores. python golden/onnx/make.py (needs onnx)."""

import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper

here = pathlib.Path(__file__).parent
image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])
scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 3])
nodes = [
    helper.make_node("GlobalAveragePool", ["image"], ["means"]),
    helper.make_node("Flatten", ["means"], ["scores"], axis=1),
]
graph = helper.make_graph(nodes, "mean colour", [image], [scores])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="millrace")
onnx.checker.check_model(model)
onnx.save(model, here / "mean-colour.onnx")
(here / "versions.json").write_text(json.dumps({"onnx": onnx.__version__, "numpy": np.__version__}) + "\n")
