"""Reads order files as programs that use them do, and compares them.

Arguments: COUNT CELLS NAME, for NAME.json, NAME.npy and NAME.safetensors.
"""

import json
import struct
import sys

import numpy

count, cells, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

# The released evaluation program loads the list, takes as many orders as it
# needs, and makes one array of them.
with open(name + ".json") as file:
    orders = json.load(file)
assert type(orders) is list and len(orders) == count
assert all(type(cell) is int for order in orders for cell in order)
needed = count - 1
array = numpy.array(orders[:needed])
assert array.shape == (needed, cells), array.shape
assert array.dtype.kind == "i", array.dtype
assert (numpy.sort(array, axis=1) == numpy.arange(cells)).all()

everything = numpy.array(orders)
dtype = numpy.dtype("<u2" if cells <= 65536 else "<u4")
loaded = numpy.load(name + ".npy", allow_pickle=False)
assert loaded.dtype == dtype and loaded.shape == (count, cells)
assert (loaded == everything).all()
mapped = numpy.load(name + ".npy", mmap_mode="r")
assert isinstance(mapped, numpy.memmap)
assert (mapped == everything).all()

# Safetensors by its layout alone: a length, a JSON header, the data.
with open(name + ".safetensors", "rb") as file:
    content = file.read()
(length,) = struct.unpack_from("<Q", content)
header = json.loads(content[8 : 8 + length])
data = content[8 + length :]
tensor = header["orders"]
assert tensor["shape"] == [count, cells], tensor
assert tensor["dtype"] == ("U16" if cells <= 65536 else "U32"), tensor
assert tensor["data_offsets"] == [0, len(data)], tensor
entries = struct.unpack("<%d%s" % (count * cells, "H" if cells <= 65536 else "I"), data)
assert (numpy.array(entries).reshape(count, cells) == everything).all()
assert all(type(value) is str for value in header["__metadata__"].values())
assert header["__metadata__"]["method"] == "lpd", header

try:
    from safetensors.numpy import load_file
except ImportError:
    print("the package safetensors is not installed; its part is left out")
else:
    assert (load_file(name + ".safetensors")["orders"] == everything).all()

print("all the same")
