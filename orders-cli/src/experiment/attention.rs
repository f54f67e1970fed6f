//! Where the attention of LPD models goes.

use ndarray::ArrayView2;
use orders_analysis::attention::{
    AttentionLocality, AttentionParams, AttentionReport, AttentionScope, TokenIndexing,
};
use orders_analysis::experiment::JudgeError;
use orders_core::Order;
use orders_model::lpd::{Batch, Lpd};

/// How the maps of LPD models are measured: queries see the class, what is settled and
/// each other.
pub(crate) fn attention_params(within: f64) -> AttentionParams {
    AttentionParams {
        within,
        prefix_tokens: 1,
        scope: AttentionScope::Groups,
        ..AttentionParams::default()
    }
}

/// How local the attention of some layers of a model is while it generates an image:
/// `tokens` has one row.
///
/// # Errors
///
/// An `LpdError` if the image is none of the model's, else what is wrong with the maps.
pub(crate) fn attention_of_image(
    lpd: &Lpd,
    order: &Order,
    (label, tokens): (Option<u32>, ArrayView2<'_, u32>),
    layers: &[usize],
    params: AttentionParams,
) -> Result<AttentionReport, JudgeError> {
    let batch = Batch::new(std::slice::from_ref(order), &[label])?;
    let maps = lpd.attention_maps(&batch, tokens, layers)?;
    let locality = AttentionLocality::new(order, TokenIndexing::Cell, params)?;
    let mut report = locality.measure_array(maps.view())?;
    report.number_layers(layers);
    Ok(report)
}
