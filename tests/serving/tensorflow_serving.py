"""What TensorFlow Serving asks of a run's folder, and what it would answer."""

from pathlib import Path

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel


def check_layout(run: Path) -> None:
    """A folder whose name is the version, whole in itself, with a signature for batches of any size."""
    version = run / "1"
    assert (version / "variables" / "variables.index").is_file()
    (graph,) = SavedModel.FromString((version / "saved_model.pb").read_bytes()).meta_graphs
    assert list(graph.meta_info_def.tags) == ["serve"]
    for asset in graph.asset_file_def:
        assert (version / "assets" / asset.filename).is_file()
    signature = graph.signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/predict"
    for name, tensor in [*signature.inputs.items(), *signature.outputs.items()]:
        assert tensor.tensor_shape.dim[0].size == -1, f"{name} has no batch dimension"


def predictions(model, instances: list[dict]) -> list[dict]:
    """What its REST API answers to {"instances": ...} of a loaded model: a row for each, in every output."""
    signature = model.signatures["serving_default"]
    specs = signature.structured_input_signature[1]
    inputs = {name: tf.constant([row[name] for row in instances], spec.dtype) for name, spec in specs.items()}
    answer = {name: value.numpy() for name, value in signature(**inputs).items()}
    assert {len(value) for value in answer.values()} == {len(instances)}
    return [{name: value[row] for name, value in answer.items()} for row in range(len(instances))]
