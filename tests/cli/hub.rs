//! Published files by name, in a cache made by hand.

use std::path::PathBuf;

use crate::folder::{Folder, Outcome};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A folder with a cache in it that has the small reference model as o/tiny.
fn folder() -> Folder {
    let folder = Folder::new();
    let reference =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../model/tests/reference/lpd_tiny");
    let repository = folder.path("cache/models--o--tiny");
    let snapshot = repository.join("snapshots").join(COMMIT);
    fs_err::create_dir_all(repository.join("refs")).unwrap();
    fs_err::create_dir_all(repository.join("blobs")).unwrap();
    fs_err::create_dir_all(&snapshot).unwrap();
    fs_err::write(repository.join("refs/main"), COMMIT).unwrap();
    // As the programs of Hugging Face do it: files are links to what has their digest.
    for (name, blob) in [("model.safetensors", "aa"), ("config.json", "bb")] {
        fs_err::copy(reference.join(name), repository.join("blobs").join(blob)).unwrap();
        let target = PathBuf::from("../../blobs").join(blob);
        std::os::unix::fs::symlink(target, snapshot.join(name)).unwrap();
    }
    fs_err::copy(
        reference.join("model.safetensors"),
        folder.path("model.safetensors"),
    )
    .unwrap();
    fs_err::copy(reference.join("config.json"), folder.path("config.json")).unwrap();
    folder
}

/// `sample` with that checkpoint.
fn sample(folder: &Folder, checkpoint: &str, out: &str) -> Outcome {
    let line = format!(
        "sample --checkpoint {checkpoint} --steps 6 --method raster --labels 1,2 --tokens-out {out}"
    );
    let mut command = folder.command(&line);
    command
        .env("HF_HUB_CACHE", folder.path("cache"))
        .env("HF_HUB_OFFLINE", "1");
    Outcome::new(&line, command.output().unwrap())
}

#[test]
fn a_name_is_the_file_in_the_cache() {
    let folder = folder();
    let direct = sample(&folder, "model.safetensors", "direct.safetensors");
    assert_eq!(direct.status, 0, "{}", direct.stderr);
    for (index, name) in ["hf:o/tiny", "hf:o/tiny/model.safetensors"]
        .iter()
        .enumerate()
    {
        let out = format!("named{index}.safetensors");
        let named = sample(&folder, name, &out);
        assert_eq!(named.status, 0, "{}", named.stderr);
        assert_eq!(
            folder.read(&out),
            folder.read("direct.safetensors"),
            "{name}"
        );
    }
}

#[test]
fn what_is_not_there_is_said_with_what_to_do() {
    let folder = folder();
    for (name, words) in [
        (
            "hf:o/other",
            "--checkpoint hf:o/other: it is not in the cache ",
        ),
        (
            "hf:o/tiny/x.pth",
            "--checkpoint hf:o/tiny/x.pth: there is no x.pth in ",
        ),
        ("hf:o", "published files are named hf:OWNER/REPO"),
        ("hf:o/../tiny", "published files are named hf:OWNER/REPO"),
        (
            "hf:o/tiny/../../x",
            "published files are named hf:OWNER/REPO",
        ),
    ] {
        let said = sample(&folder, name, "t.safetensors");
        assert_eq!(said.status, 2, "{}", said.stderr);
        assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
        assert!(said.stderr.contains(words), "{}", said.stderr);
    }
    let said = sample(&folder, "hf:o/other", "t.safetensors").stderr;
    let is_said = match cfg!(feature = "hub") {
        true => said.contains("HF_HUB_OFFLINE forbids"),
        false => said.contains("hf download o/other") && said.contains("--features hub"),
    };
    assert!(is_said, "{said}");
}

#[test]
fn nothing_outside_the_repository_is_read() {
    let folder = folder();
    let repository = folder.path("cache/models--o--tiny");
    let link = repository
        .join("snapshots")
        .join(COMMIT)
        .join("out.safetensors");
    std::os::unix::fs::symlink(folder.path("model.safetensors"), link).unwrap();
    let said = sample(&folder, "hf:o/tiny/out.safetensors", "t.safetensors");
    assert_eq!(said.status, 2);
    assert!(
        said.stderr
            .contains("leads out of the folder of its repository"),
        "{}",
        said.stderr
    );
    // Two files that may be meant.
    let said = sample(&folder, "hf:o/tiny", "t.safetensors");
    assert!(
        said.stderr.contains("several files")
            && said.stderr.contains("model.safetensors, out.safetensors"),
        "{}",
        said.stderr
    );
    fs_err::write(repository.join("refs/main"), "../../../x").unwrap();
    let said = sample(&folder, "hf:o/tiny/model.safetensors", "t.safetensors");
    assert_eq!(said.status, 2);
    assert!(said.stderr.contains("names no commit"), "{}", said.stderr);
}

/// With the feature, what is not there is fetched.
#[cfg(feature = "hub")]
mod fetched {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::{COMMIT, Folder, Outcome, folder};

    /// Serves the files of o/net on loopback as the hub does, as long as the process lives;
    /// gives its address.
    fn serve(file: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let request = lines.next().unwrap().unwrap();
                let headers: Vec<String> = lines
                    .map(|line| line.unwrap().to_lowercase())
                    .take_while(|line| !line.is_empty())
                    .collect();
                let range = headers
                    .iter()
                    .find_map(|line| line.strip_prefix("range: bytes="));
                let path = request.split_whitespace().nth(1).unwrap().to_owned();
                let is_file = path == "/o/net/resolve/main/model.safetensors";
                let (status, body, more) = match &path[..] {
                    "/api/models/o/net/revision/main" => {
                        let body = format!(
                            "{{\"sha\":\"{COMMIT}\",\"siblings\":[{{\"rfilename\":\"model.safetensors\"}},{{\"rfilename\":\"README.md\"}}]}}"
                        );
                        ("200 OK", body.into_bytes(), String::new())
                    }
                    _ if is_file => {
                        let (start, end) = range.unwrap().split_once('-').unwrap();
                        let start: usize = start.parse().unwrap();
                        let end = end.parse().map_or(file.len(), |end: usize| end + 1);
                        let more = format!(
                            "x-repo-commit: {COMMIT}\r\netag: \"cc\"\r\ncontent-range: bytes {start}-{}/{}\r\n",
                            end - 1,
                            file.len()
                        );
                        ("206 Partial Content", file[start..end].to_vec(), more)
                    }
                    _ => ("404 Not Found", Vec::new(), String::new()),
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{more}\r\n",
                    body.len()
                );
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(&body).unwrap();
            }
        });
        address
    }

    fn sample(folder: &Folder, checkpoint: &str, endpoint: &str, out: &str) -> Outcome {
        let line = format!(
            "sample --checkpoint {checkpoint} --config config.json --steps 6 --method raster --labels 1,2 --tokens-out {out}"
        );
        let mut command = folder.command(&line);
        command
            .env("HF_HUB_CACHE", folder.path("cache"))
            .env("HF_ENDPOINT", endpoint)
            .env_remove("HF_HUB_OFFLINE");
        Outcome::new(&line, command.output().unwrap())
    }

    #[test]
    fn a_file_comes_from_a_server_once() {
        let folder = folder();
        let endpoint = serve(folder.read("model.safetensors"));
        let direct = sample(
            &folder,
            "model.safetensors",
            &endpoint,
            "direct.safetensors",
        );
        assert_eq!(direct.status, 0, "{}", direct.stderr);
        for (name, out) in [
            ("hf:o/net", "a.safetensors"),
            ("hf:o/net/model.safetensors", "b.safetensors"),
        ] {
            let named = sample(&folder, name, &endpoint, out);
            assert_eq!(named.status, 0, "{}", named.stderr);
            assert_eq!(folder.read(out), folder.read("direct.safetensors"));
        }
        // Now without a server.
        let named = sample(&folder, "hf:o/net", "http://127.0.0.1:9", "c.safetensors");
        assert_eq!(named.status, 0, "{}", named.stderr);
        let other = sample(&folder, "hf:o/none", &endpoint, "d.safetensors");
        assert_eq!(other.status, 2);
        assert_eq!(other.stderr.lines().count(), 1, "{}", other.stderr);
        assert!(
            other.stderr.contains("o/none can't be fetched"),
            "{}",
            other.stderr
        );
    }
}
