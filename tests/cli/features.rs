//! `features`: what is asked for before any image is looked at.

use crate::folder::Folder;

#[test]
fn missing_weights_are_named() {
    let folder = Folder::new();
    folder.refuses(
        2,
        "features images --network inception-fid --out a.safetensors",
        "inception-fid needs its weights: --weights takes the file pt_inception-2015-12-05-6726825d.pth, at https://github.com/mseitzer/pytorch-fid/releases/tag/fid_weights",
    );
    folder.refuses(
        2,
        "features images --network mobilenet-v2 --out a.npz",
        "mobilenet-v2 needs its weights: --weights takes the file mobilenet_v2-b0353104.pth, at https://download.pytorch.org/models/mobilenet_v2-b0353104.pth",
    );
}

#[test]
fn wrong_flags() {
    let folder = Folder::new();
    folder.refuses(
        2,
        "features images --network resnet --out a.npz",
        "--network: there is no feature network 'resnet'; there are inception-fid, mobilenet-v2 and classifier",
    );
    folder.refuses(
        2,
        "features images --network mobilenet-v2 --out a.npy",
        "--out a.npy ends in neither .safetensors (features) nor .npz (statistics)",
    );
    folder.write("a.npz", "something");
    folder.refuses(
        2,
        "features images --network mobilenet-v2 --out a.npz",
        "a.npz exists already; --force replaces it",
    );
}
