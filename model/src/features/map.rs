//! Activations of one image.

/// Values of shape [channels, height, width].
#[derive(Clone, Debug)]
pub(super) struct Map {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) values: Vec<f32>,
}

impl Map {
    pub(super) fn zeros(channels: usize, height: usize, width: usize) -> Self {
        Self {
            channels,
            height,
            width,
            values: vec![0.0; channels * height * width],
        }
    }

    pub(super) fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Channels of maps of the same size, one after the other.
    pub(super) fn concat(maps: Vec<Self>) -> Self {
        let mut maps = maps.into_iter();
        let Some(mut all) = maps.next() else {
            return Self::zeros(0, 0, 0);
        };
        for map in maps {
            all.channels += map.channels;
            all.values.extend(map.values);
        }
        all
    }

    /// The mean of each channel.
    pub(super) fn means(&self) -> Vec<f32> {
        let pixels = self.pixels();
        let mean = |channel: &[f32]| channel.iter().sum::<f32>() / pixels as f32;
        self.values.chunks_exact(pixels).map(mean).collect()
    }
}
