//! JPEG files, whole and cut.

use orders_datasets::{DecodeError, JpegFault, decode};

const WHOLE: [&str; 11] = [
    "base411",
    "base420",
    "cmyk",
    "grey",
    "nonint_rst",
    "prog420",
    "prog444",
    "prog_grey",
    "prog_low",
    "prog_rst",
    "rst3",
];
const END: [u8; 2] = [0xff, 0xd9];

fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/jpeg");
    fs_err::read(format!("{folder}/{name}.jpg")).unwrap()
}

fn fault(bytes: &[u8]) -> JpegFault {
    match decode(bytes) {
        Err(DecodeError::Jpeg(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whole_files_are_read_and_so_is_what_follows_them() {
    for name in WHOLE {
        let mut bytes = file(name);
        let channels = if name.contains("grey") { 1 } else { 3 };
        let image = decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(image.shape(), (29, 37, channels), "{name}");
        // Bytes of no meaning, a second image, one that was cut.
        let of_second = bytes.clone();
        for behind in [&[0; 9][..], &of_second, &of_second[..300], &[0xff]] {
            bytes.truncate(of_second.len());
            bytes.extend(behind);
            assert_eq!(decode(&bytes).unwrap(), image, "{name}");
        }
    }
}

/// Wherever a file is cut, also if an end of the image is put there.
#[test]
fn cut_files_are_refused() {
    for name in WHOLE {
        let bytes = file(name);
        for length in 0..bytes.len() - 1 {
            let cut = &bytes[..length];
            assert!(decode(cut).is_err(), "{name}: {length} of {}", bytes.len());
            let ended = [cut, &END].concat();
            if ended != bytes {
                let refused = decode(&ended).is_err();
                assert!(refused, "{name}: {length} of {} and an end", bytes.len());
            }
        }
    }
}

#[test]
fn what_is_missing_is_said() {
    let whole = file("base420");
    assert_eq!(fault(&whole[..whole.len() - 2]), JpegFault::NoEnd);
    assert_eq!(fault(&file("half")), JpegFault::Cut { scan: 1 });
    let ended = [&file("half")[..], &END].concat();
    assert_eq!(fault(&ended), JpegFault::Cut { scan: 1 });
    let said = fault(&ended).to_string();
    assert!(
        said.starts_with("it is cut short: the data of scan 1 end before"),
        "{said}"
    );
    // After the first scans of a progressive file, or of one component after the other.
    for (name, scans) in [("prog420", 3), ("nonint_rst", 2)] {
        let bytes = file(name);
        let starts = bytes.windows(2).enumerate();
        let starts = starts.filter(|(_, marker)| *marker == [0xff, 0xda]);
        let (next, _) = starts.into_iter().nth(scans).unwrap();
        let tables = bytes[..next]
            .windows(2)
            .rposition(|marker| marker == [0xff, 0xc4]);
        let at = tables.filter(|_| name == "prog420").unwrap_or(next);
        let ended = [&bytes[..at], &END].concat();
        assert_eq!(fault(&ended), JpegFault::Unfinished { scans }, "{name}");
    }
}

/// Bytes of the data that are lost or changed within them.
#[test]
fn damaged_files_never_panic() {
    for name in WHOLE {
        let bytes = file(name);
        for at in 2..bytes.len() {
            for value in [0, 0x55, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] = value;
                let _ = decode(&damaged);
            }
            let mut shorter = bytes.clone();
            shorter.remove(at);
            let _ = decode(&shorter);
        }
    }
}
