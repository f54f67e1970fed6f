//! What the tokenizer's networks take in memory for an image, estimated by their layers.

use candle_core::DType;
use orders_core::estimated_bytes;

use super::config::VqConfig;
use super::layers::{Conv, ConvKind, Layer, decoder, encoder};

/// What an allocator and small things take beside the large ones.
const MORE: f64 = 1.1;

impl VqConfig {
    /// Bytes that encoding an image of these sides in pixels takes on a CPU, beside the
    /// weights.
    pub fn encoder_bytes(&self, height: usize, width: usize) -> u64 {
        largest(&encoder(self), [height as f64, width as f64])
    }

    /// Bytes that decoding an image of so many cells down and across takes on a CPU,
    /// beside the weights.
    pub fn decoder_bytes(&self, height: usize, width: usize) -> u64 {
        largest(&decoder(self), [height as f64, width as f64])
    }

    /// Bytes that encoding an image of these sides in pixels takes on a device.
    pub fn encoder_bytes_on_device(&self, height: usize, width: usize, dtype: DType) -> u64 {
        on_device(self.encoder_bytes(height, width), dtype)
    }

    /// Bytes that decoding an image of so many cells down and across takes on a device.
    pub fn decoder_bytes_on_device(&self, height: usize, width: usize, dtype: DType) -> u64 {
        on_device(self.decoder_bytes(height, width), dtype)
    }
}

/// What takes so many bytes on a CPU, where all numbers are f32. On a device a convolution
/// lays out the nine pixels around each of its input side by side, which makes eight times as
/// many of the layer that takes most.
fn on_device(bytes: u64, dtype: DType) -> u64 {
    estimated_bytes(2.0 * bytes as f64 * dtype.size_in_bytes() as f64)
}

/// What the layer takes that takes most.
fn largest(layers: &[Layer], [height, width]: [f64; 2]) -> u64 {
    let mut pixels = height * width;
    let mut most = 0.0_f64;
    for layer in layers {
        // Numbers of what comes in, what is in between and what goes out, side by side,
        // and the pixels of the output.
        let (numbers, outputs) = match layer {
            Layer::Conv(conv) => of_conv(conv, pixels),
            Layer::Output(layer) => of_conv(&layer.conv, pixels),
            Layer::Residual { first, second, .. } => {
                let [inputs, inner] = [first.conv.inputs, second.conv.inputs];
                (pixels * (2 * inputs + 4 * inner) as f64, pixels)
            }
            Layer::Attention { out, .. } => {
                // Scores of all pairs, and the values laid out for their product.
                let channels = out.inputs as f64;
                (7.0 * pixels * channels + 2.0 * pixels * pixels, pixels)
            }
        };
        most = most.max(numbers);
        pixels = outputs;
    }
    estimated_bytes(4.0 * MORE * most)
}

fn of_conv(conv: &Conv, pixels: f64) -> (f64, f64) {
    let outputs = match conv.kind {
        ConvKind::Point | ConvKind::Same => pixels,
        ConvKind::Down => pixels / 4.0,
        ConvKind::Up => pixels * 4.0,
    };
    let inputs = 2.0 * pixels * conv.inputs as f64;
    (inputs + outputs * conv.outputs as f64, outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_with_the_image() {
        let config = VqConfig::ds16();
        let [small, large, absurd] =
            [256, 512, 1 << 14].map(|side| config.encoder_bytes(side, side));
        assert!(small > 100_000_000 && small < 1_000_000_000, "{small}");
        assert!((3 * small..5 * small).contains(&large), "{large}");
        assert!(absurd > 400_000_000_000, "{absurd}");
        // The decoder has the same maps.
        let decoded = config.decoder_bytes(16, 16);
        assert!((small / 2..small * 2).contains(&decoded), "{decoded}");
    }
}
