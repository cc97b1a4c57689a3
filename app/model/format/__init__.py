"""What a model file is: classes, transform, head, metadata and their ONNX form. No training."""
