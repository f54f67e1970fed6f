//! Files that were damaged, and files that were made to do damage: reading
//! them ends, without a panic, and rows are no longer than the file.

use orders_core::files::{Format, Manifest};
use proptest::prelude::*;

use crate::{decode, encode_with, npy_array, safetensors};

/// One change to a file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Delete(prop::sample::Index, usize),
    Truncate(prop::sample::Index),
    Repeat(prop::sample::Index, usize),
}

impl Damage {
    fn to(&self, file: &mut Vec<u8>) {
        let place = |index: &prop::sample::Index| index.index(file.len() + 1);
        match self {
            Self::Flip(index, bits) => {
                let at = place(index);
                if let Some(byte) = file.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Self::Insert(index, bytes) => {
                let at = place(index);
                file.splice(at..at, bytes.iter().copied());
            }
            Self::Delete(index, length) => {
                let at = place(index);
                file.drain(at..file.len().min(at + length));
            }
            Self::Truncate(index) => file.truncate(place(index)),
            Self::Repeat(index, length) => {
                let at = place(index);
                let piece = file[at..file.len().min(at + length)].to_vec();
                file.splice(at..at, piece);
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    // Bytes that mean something in one of the formats, and any others.
    let byte = prop_oneof![
        prop::sample::select(b"[](){},:'\"0123456789-.eE \n\\=#\xff\x00".to_vec()),
        any::<u8>(),
    ];
    let index = any::<prop::sample::Index>;
    let one = prop_oneof![
        (index(), 1_u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        (index(), prop::collection::vec(byte, 1..6)).prop_map(|(at, b)| Damage::Insert(at, b)),
        (index(), 1_usize..9).prop_map(|(at, length)| Damage::Delete(at, length)),
        index().prop_map(Damage::Truncate),
        (index(), 1_usize..40).prop_map(|(at, length)| Damage::Repeat(at, length)),
    ];
    prop::collection::vec(one, 1..5)
}

/// Reads a file that may be anything. What is read must have been in it.
fn read_whatever(format: Format, file: &[u8]) {
    if let Ok((summary, rows)) = decode(format, file) {
        assert_eq!(summary.count, rows.len() as u64);
        assert!(rows.iter().all(|row| row.len() == summary.cells));
        assert!(summary.count as usize * summary.cells <= file.len());
        if format == Format::Json {
            // A list of numbers is the only order.
            let parsed = serde_json::from_slice(file)
                .unwrap_or_else(|_| vec![serde_json::from_slice::<Vec<u32>>(file).unwrap()]);
            assert_eq!(parsed, rows);
        }
    } else if format == Format::Json
        && let Ok(parsed) = serde_json::from_slice::<Vec<Vec<u32>>>(file)
    {
        // The parser takes rows of several lengths, or of none.
        let first = parsed.first().map_or(0, Vec::len);
        assert!(first == 0 || parsed.iter().any(|row| row.len() != first));
    }
}

const MANIFEST: &str = r#"program = "orders-cli 0.1.0"
file = "a.json"
format = "json"
count = 2
cells = 4
sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
bytes = 21
grid = "2x2"
group_sizes = [1, 3]
method = "lpd"
seed = "18446744073709551615"
note = "from elsewhere"

[parameters]
repulsion_threshold = 4.0
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_files_are_read_or_refused(damage in damage()) {
        let metadata = [("method".to_owned(), "lpd".to_owned())].into();
        let rows = [vec![2, 0, 1, 3], vec![3, 1, 0, 2]];
        for format in Format::ALL {
            let mut file = encode_with(format, 4, &rows, &metadata);
            damage.iter().for_each(|damage| damage.to(&mut file));
            read_whatever(format, &file);
        }
    }

    #[test]
    fn damaged_manifests_are_read_or_refused(damage in damage()) {
        let mut file = MANIFEST.as_bytes().to_vec();
        damage.iter().for_each(|damage| damage.to(&mut file));
        if let Ok(text) = str::from_utf8(&file)
            && let Ok(manifest) = Manifest::from_toml(text)
        {
            // What is read can be written, and is the same then.
            let again = Manifest::from_toml(&manifest.to_toml().unwrap()).unwrap();
            let nan = manifest.parameters.values().any(|value| value.number().is_some_and(f64::is_nan));
            prop_assert!(nan || again == manifest);
        }
    }

    #[test]
    fn bytes_of_no_file_are_refused(file in prop::collection::vec(any::<u8>(), 0..64)) {
        for format in Format::ALL {
            read_whatever(format, &file);
        }
    }

    #[test]
    fn json_is_read_as_serde_json_reads_it(text in "[\\[\\], 0-9\\-.e]{0,24}") {
        read_whatever(Format::Json, text.as_bytes());
    }
}

/// Files that break readers; arrays that do are tested where arrays are read.
fn corpus() -> Vec<(Format, Vec<u8>)> {
    let json = |text: &str| (Format::Json, text.as_bytes().to_vec());
    let nested = |open: &str| open.repeat(10_000);
    let array = |shape: &str| (Format::Npy, npy_array("'|u1'", shape, &[0; 16]));
    let tensor = |shape: &str| {
        let header =
            format!(r#"{{"orders":{{"dtype":"U8","shape":{shape},"data_offsets":[0,0]}}}}"#);
        (Format::Safetensors, safetensors(&header, b""))
    };
    vec![
        json(&nested("[")),
        json(&format!("[[{}", nested("["))),
        json(&format!("{}{}", nested("["), nested("]"))),
        json(&nested("{\"a\":")),
        json(&nested("[[0],")),
        json(&format!("[[{}]]", nested("9"))),
        json(&format!("[[0.{}1]]", nested("0"))),
        json(&format!("[[1e{}]]", nested("9"))),
        json(&format!("[[-{}]]", nested("1"))),
        json(&format!("[[\"{}\"]]", nested("x"))),
        json(&format!("[[0],{}[]]", nested(" "))),
        json("[[1e400]]"),
        json("[[-1e400]]"),
        json("[[18446744073709551616]]"),
        json("[[-9223372036854775809]]"),
        json("\u{feff}[[0]]"),
        json("[[0]]\0"),
        json("\0"),
        json("]"),
        json("[[\u{0661}]]"),
        (Format::Json, b"[[0]\xff]".to_vec()),
        (Format::Json, b"\xff\xfe[\0[\0".to_vec()),
        array("(18446744073709551615, 0)"),
        array("(0, 18446744073709551615)"),
        array("(1, 16777216)"),
        array("(16777216, 1)"),
        array("(16777216,)"),
        array("(18446744073709551615,)"),
        tensor("[0,18446744073709551615]"),
        tensor("[18446744073709551615,0]"),
    ]
}

#[test]
fn nasty_files_are_refused() {
    for (format, file) in corpus() {
        let read = decode(format, &file);
        let shown = file[..file.len().min(80)].escape_ascii();
        let Err(error) = read else {
            panic!("{format} was read: {shown}");
        };
        // The message can be printed.
        let message = error.to_string();
        assert!(message.len() < 1500, "{shown}: {message}");
        assert!(!message.contains(char::is_control), "{shown}: {message}");
    }
}

#[test]
fn nasty_manifests_are_refused() {
    let with = |line: &str| format!("{line}\n{MANIFEST}");
    for text in [
        "[".repeat(100_000),
        with(&format!("x = {}", "[".repeat(100_000))),
        with(&format!("x = {}", "{a=".repeat(100_000))),
        with(&format!("{}x = 1", "a.".repeat(100_000))),
        with(&format!("[{}x]", "a.".repeat(100_000))),
        with(&format!("{} = 1", "x".repeat(100_000))),
        with("\"\\u001b[2J\" = 1"),
        MANIFEST.replace("a.json", &"/".repeat(100_000)),
        with("x = 99999999999999999999999999999999999999999999"),
        with("\0"),
        with("'''"),
        MANIFEST.replace("= 4\n", &format!("= {}\n", u64::MAX)),
        MANIFEST.replace("= 4\n", "= -4\n"),
        MANIFEST.replace("= 4\n", "= 4.0\n"),
        MANIFEST.replace("2x2", "4294967295x4294967295"),
        MANIFEST.replace("[1, 3]", "[4294967295, 4294967295]"),
        format!("{MANIFEST}#{}", "x".repeat(Manifest::MAX_BYTES as usize)),
    ] {
        let Err(error) = Manifest::from_toml(&text) else {
            panic!("this was read: {}", &text[..text.len().min(80)]);
        };
        let message = error.to_string();
        assert!(
            message.len() < 1500 && !message.contains(char::is_control),
            "{message}"
        );
    }
}
