"""Writes the files in files/ with PyTorch: python fixtures.py (made with PyTorch 2.15).

All values are whole numbers from 0 up, so that the tests can say what they are.
"""

import argparse
import collections
import os

import torch


def tensors():
    base = torch.arange(24, dtype=torch.float32)
    state = collections.OrderedDict()
    state["f32"] = base.reshape(2, 3, 4)
    state["transposed"] = torch.arange(6, dtype=torch.float32).reshape(2, 3).t()
    state["slice"] = base[4:12:2]
    state["tied"] = state["f32"]
    state["f16"] = torch.arange(5).half()
    state["bf16"] = torch.arange(5).bfloat16()
    state["f64"] = torch.arange(5).double()
    state["i64"] = torch.arange(5)
    state["i32"] = torch.arange(5).int()
    state["u8"] = torch.arange(5).to(torch.uint8)
    state["truth"] = torch.tensor([True, False])
    state["scalar"] = torch.tensor(7.0)
    state["empty"] = torch.zeros(0, 3)
    state["parameter"] = torch.nn.Parameter(torch.arange(3.0))
    return state


class Runs:
    def __reduce__(self):
        return os.system, ("touch ran",)


here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
training = {
    "epoch": 3,
    "args": argparse.Namespace(lr=0.1, device=torch.device("cpu"), kind=torch.float32),
    "optimizer": {"state": {0: {"exp_avg": torch.ones(2)}}},
    "model": tensors(),
}
for name, zipped in [("zip.pth", True), ("old.pth", False)]:
    path = os.path.join(here, name)
    torch.save(training, path, _use_new_zipfile_serialization=zipped)
torch.save(tensors(), os.path.join(here, "plain.pth"), pickle_protocol=4)
torch.save({"model": Runs()}, os.path.join(here, "runs_zip.pth"))
torch.save({"model": Runs()}, os.path.join(here, "runs_old.pth"), _use_new_zipfile_serialization=False)
