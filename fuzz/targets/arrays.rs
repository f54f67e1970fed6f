//! `.npy`, `.npz` and `.safetensors` files: what is read was in the file.
#![no_main]

use std::io::{Cursor, Read, Seek};

use libfuzzer_sys::fuzz_target;
use orders_arrays::{Array, Element, NpzFile, SafetensorsFile, open_npy};
use orders_fuzz::read;

/// The most that an array of an archive may take.
const LIMIT: u64 = 1 << 20;

fn entries<T: Element>(array: Array<impl Read + Seek>, most: usize) {
    if let Some(entries) = read(array.entries::<T>())
        && let Some(values) = read(entries.read_all())
    {
        assert!(values.len() <= most);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let open = || read(open_npy(Cursor::new(bytes)));
    if let Some(array) = open() {
        entries::<u32>(array, bytes.len());
        entries::<f64>(open().expect("it was one"), bytes.len());
        entries::<u8>(open().expect("it was one"), bytes.len());
    }
    if let Some(mut file) = read(SafetensorsFile::open(Cursor::new(bytes))) {
        for name in file.names() {
            entries::<u32>(file.array(&name).expect("it is named"), bytes.len());
            entries::<f32>(file.array(&name).expect("it is named"), bytes.len());
        }
    }
    if let Some(mut file) = read(NpzFile::open(Cursor::new(bytes))) {
        for name in file.names() {
            for is_whole in [true, false] {
                if let Some(Some(array)) = read(file.array(&name, LIMIT)) {
                    match is_whole {
                        true => entries::<u32>(array, LIMIT as usize),
                        false => entries::<f64>(array, LIMIT as usize),
                    }
                }
            }
        }
    }
});
