//! Compiles our kernels for NVIDIA cards, with the feature `cuda`.

fn main() {
    println!("cargo:rerun-if-changed=src/cuda/kernels.cu");
    #[cfg(feature = "cuda")]
    kernels();
}

/// As candle's own: PTX for the architecture that CUDA_COMPUTE_CAP names, which the driver
/// compiles for the card that it finds.
#[cfg(feature = "cuda")]
fn kernels() {
    let compiled = cudaforge::KernelBuilder::new()
        .source_files(["src/cuda/kernels.cu"])
        .arg("-std=c++17")
        .arg("-O3")
        .build_ptx();
    if let Err(error) = compiled {
        println!("cargo:error=src/cuda/kernels.cu was not compiled: {error}");
    }
}
