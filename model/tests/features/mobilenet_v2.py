"""Writes mobilenet_v2.safetensors: what torchvision's MobileNetV2 gives.

Needs torch 2.15, torchvision 0.29, safetensors, pillow. Run in this folder:

    python mobilenet_v2.py mobilenet_v2-b0353104.pth

Two photographs, with weights by formula (as `orders_model::weights` has them) and
with the published ones.
"""

import sys

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file
from torchvision.models import mobilenet_v2
from torchvision.transforms.v2.functional import normalize, resize

PHOTOS = "../../../datasets/tests/reference/center_crop/"
MASK = (1 << 64) - 1


def formula(name, shape, offset, scale):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    count = int(np.prod(shape))
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    unit = (z >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)
    values = np.float32(offset) + np.float32(scale) * (np.float32(2) * unit - np.float32(1))
    return torch.from_numpy(values.reshape(shape))


def by_formula(name, tensor):
    if tensor.dim() > 1:
        fan_in = tensor[0].numel()
        return formula(name, tensor.shape, 0.0, float(np.float32(np.sqrt(6.0 / fan_in))))
    offset, scale = {
        "weight": (1.0, 0.1),
        "bias": (0.0, 0.02),
        "running_mean": (0.0, 0.05),
        "running_var": (1.0, 0.2),
    }[name.rsplit(".", 1)[1]]
    return formula(name, tensor.shape, offset, scale)


def photo(name):
    rgb = np.asarray(Image.open(PHOTOS + name).convert("RGB"))
    pixels = torch.from_numpy(rgb.copy()).permute(2, 0, 1).float() / 255
    pixels = resize(pixels, [224, 224], antialias=True)
    return normalize(pixels, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def run(model):
    model.eval()
    with torch.no_grad():
        # Of different sizes: one shrinks, one grows.
        images = [photo("astronaut_crop256.png"), photo("coffee_crop128.png")]
        features = model.features(torch.stack(images)).mean([2, 3])
        return features.numpy(), model.classifier(features).numpy()


model = mobilenet_v2()
state = model.state_dict()
model.load_state_dict(
    {
        name: tensor if name.endswith("num_batches_tracked") else by_formula(name, tensor)
        for name, tensor in state.items()
    }
)
arrays = {}
arrays["formula_features"], arrays["formula_logits"] = run(model)
model.load_state_dict(torch.load(sys.argv[1], weights_only=True))
arrays["published_features"], arrays["published_logits"] = run(model)
save_file(arrays, "mobilenet_v2.safetensors")
for name, values in arrays.items():
    print(name, values.shape, values.min(), values.max(), values.argmax(-1))
