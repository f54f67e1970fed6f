//! Classifier-free guidance.

use crate::lpd::error::LpdError;

/// How guidance changes in the course of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuidanceSchedule {
    /// From 1 at the first token to the full scale after the last: 1 + (scale -
    /// 1) r / N at the token of rank r among N.
    Linear,
    /// The same for all tokens.
    Constant,
}

/// Classifier-free guidance: `u + s (c - u)` for logits c of the class and u
/// without one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guidance {
    scale: f64,
    schedule: GuidanceSchedule,
}

impl Guidance {
    /// No guidance: the logits of the class. Half the work.
    pub const NONE: Self = Self {
        scale: 1.0,
        schedule: GuidanceSchedule::Constant,
    };

    /// Guidance of a scale; 1 is none, with either schedule.
    ///
    /// # Errors
    ///
    /// [`LpdError::Setting`] unless the scale is a finite number from 0.
    pub fn new(scale: f64, schedule: GuidanceSchedule) -> Result<Self, LpdError> {
        if !scale.is_finite() || scale < 0.0 {
            return Err(LpdError::Setting {
                setting: "the guidance scale",
                value: scale,
                allowed: "a number from 0",
            });
        }
        Ok(Self { scale, schedule })
    }

    /// The full scale.
    pub fn scale(self) -> f64 {
        self.scale
    }

    /// The schedule.
    pub fn schedule(self) -> GuidanceSchedule {
        self.schedule
    }

    /// Whether there is any.
    pub fn is_some(self) -> bool {
        (self.scale - 1.0).abs() > 0.0
    }

    /// The scale at the token of a rank, from 0, among `cells`. Cells that are
    /// known have the first ranks.
    pub fn at(self, rank: usize, cells: usize) -> f64 {
        match self.schedule {
            GuidanceSchedule::Constant => self.scale,
            GuidanceSchedule::Linear => 1.0 + (self.scale - 1.0) * rank as f64 / cells as f64,
        }
    }
}
