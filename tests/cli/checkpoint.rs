//! `convert` of checkpoints.

use std::path::PathBuf;

use crate::folder::Folder;

/// A file of the tests of `orders-model`.
fn model_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../model/tests")
        .join(name)
}

#[test]
fn files_of_torch_become_safetensors() {
    let folder = Folder::new();
    for (name, file) in [("new", "zip.pth"), ("old", "old.pth")] {
        fs_err::copy(
            model_file(&format!("checkpoint/files/{file}")),
            folder.path(file),
        )
        .unwrap();
        let made = format!("{name}.safetensors");
        folder.run(&format!("convert {file} {made}")).is(
            0,
            &format!("14 tensors of 94 numbers: {made}\n"),
            "",
        );
        let header = folder.read(&made);
        let header = String::from_utf8_lossy(&header[8..1000]).into_owned();
        assert!(header.starts_with(&format!(
            "{{\"__metadata__\":{{\"converted_from\":\"{file}\",\"format\":\"pt\",\"program\":\"orders-cli "
        )));
    }
    // The tensors are the same, whatever they were read from.
    let tensors = |name: &str| {
        let bytes = folder.read(name);
        let header = u64::from_le_bytes(bytes[..8].try_into().unwrap());
        bytes[8 + header as usize..].to_vec()
    };
    assert!(tensors("new.safetensors") == tensors("old.safetensors"));
    // The same key, said aloud.
    folder.done("convert zip.pth model.safetensors --key model");
    assert!(tensors("model.safetensors") == tensors("new.safetensors"));
}

#[test]
fn what_is_left_out_is_noted() {
    let folder = Folder::new();
    for (file, note) in [
        (
            "model_and_ema.pth",
            "note: model_and_ema.pth: the tensors at 'model' are read; there are others at 'model_ema'\n",
        ),
        (
            "ddp.pth",
            "note: ddp.pth: 'module.', with which all names of tensors begin, is left out\n",
        ),
        (
            "flat_with_step.pth",
            "note: flat_with_step.pth: passed over: step (a whole number)\n",
        ),
        ("rng_and_epoch.pth", ""),
        ("omegaconf_beside.pth", ""),
        ("uint16_beside.pth", ""),
    ] {
        let from = model_file(&format!("checkpoint/files/{file}"));
        fs_err::copy(from, folder.path(file)).unwrap();
        let made = format!("{file}.safetensors");
        folder.run(&format!("convert {file} {made}")).is(
            0,
            &format!("2 tensors of 8 numbers: {made}\n"),
            note,
        );
        let header = folder.read(&made);
        let header = String::from_utf8_lossy(&header).into_owned();
        assert!(header.contains("\"head.weight\""), "{file}");
    }
}

#[test]
fn wrong_input_is_refused() {
    let folder = Folder::new();
    for file in ["zip.pth", "runs_zip.pth", "runs_old.pth"] {
        let from = model_file(&format!("checkpoint/files/{file}"));
        fs_err::copy(from, folder.path(file)).unwrap();
    }
    folder.write("there.safetensors", "kept");
    folder.write("orders.json", "[[1,0]]");
    let before = folder.names();
    for (line, error) in [
        (
            "zip.pth a.npy",
            "a.npy does not end in .safetensors, which is what the checkpoint zip.pth can become",
        ),
        (
            "zip.pth a.safetensors --key ema",
            "zip.pth can't be read as a checkpoint: it has no key \"ema\"; its keys: epoch, args, optimizer, model; --key KEY says where the tensors are",
        ),
        (
            "zip.pth a.safetensors --res 256",
            "--res is for order files, but zip.pth is a checkpoint",
        ),
        (
            "zip.pth there.safetensors",
            "there.safetensors exists already; --force replaces it",
        ),
        (
            "zip.pth nowhere/a.safetensors",
            "nowhere/a.safetensors can't be created: there is no such file or folder",
        ),
        (
            "orders.json b.npy --key model",
            "--key is for files of PyTorch, which orders.json is not",
        ),
        (
            "runs_zip.pth a.safetensors",
            "runs_zip.pth can't be read as a checkpoint: no dictionary of tensors is found in it, and nothing is run; its keys: model (an object of posix.system); --key KEY says where the tensors are",
        ),
    ] {
        folder.refuses(2, &format!("convert {line}"), error);
    }
    let text = folder.run("convert runs_old.pth a.safetensors");
    assert!(text.stderr.contains("posix.system"), "{}", text.stderr);
    assert_eq!(folder.names(), before);
    assert_eq!(folder.read("there.safetensors"), b"kept");
}
