//! `data prepare` of token caches: tokens that others made, in one file.

use indicatif::HumanCount;
use orders_core::Grid;
use orders_datasets::{CacheOptions, Provenance, TokenSet, cache_files, read_token_cache};

use super::codebook::base_name;
use super::note_left_out;
use super::prepare::{token_path, write_tokens};
use crate::args::DataPrepareArgs;
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::{folder, settings};

pub(super) fn run(args: &DataPrepareArgs, printer: &Printer) -> Result<()> {
    let source = args.images.source.display();
    let (Some(grid), Some(codes)) = (&args.grid, args.codebook.codes) else {
        return Err(Failure::input(format!(
            "{source} holds .npz token caches, which don't say their grid and codes; --grid and --codes are needed"
        )));
    };
    let images = &args.images;
    let for_images = [
        ("--split", images.split.is_some()),
        ("--held-out", images.held_out.is_some()),
        ("--limit", images.limit.is_some()),
        ("--colour", images.channels.is_some()),
        ("--crop", images.crop.is_some()),
        ("--pad", images.pad.is_some()),
        ("--labels", images.labels.labels.is_some()),
        ("--classes", images.labels.classes.is_some()),
        ("--patch", args.codebook.patch.is_some()),
        ("--train-images", args.codebook.train_images.is_some()),
        ("--flip", args.flip),
        ("--npz", args.npz),
        ("--skip-corrupt", args.skip_corrupt),
    ];
    if let Some((flag, _)) = for_images.iter().find(|(_, is_given)| *is_given) {
        return Err(Failure::input(format!(
            "{flag} is for images, but {source} holds .npz token caches"
        )));
    }
    let grid: Grid = grid
        .parse()
        .map_err(|error: orders_core::GridError| Failure::input_at("--grid", &error))?;
    let path = token_path(&args.out, "all");
    output::check_vacant(&path, args.written.force)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let options = CacheOptions {
        grid,
        codebook_size: codes,
    };
    let listed = cache_files(&args.images.source).map_err(Failure::bad_input)?;
    note_left_out(&listed.left_out, printer);
    let set = pool
        .install(|| read_token_cache(&args.images.source, &options))
        .map_err(Failure::bad_input)?;
    let mut parts = set.into_parts();
    parts.provenance = Provenance::from([
        ("program".into(), PROGRAM.into()),
        ("source".into(), base_name(&args.images.source)),
        ("note".into(), "gathered from a .npz token cache".into()),
    ]);
    let set = TokenSet::new(parts).map_err(Failure::work)?;
    folder::make(&args.out)?;
    write_tokens(&set, &path, args.written.force)?;
    printer.report(
        args.written.json,
        &serde_json::json!({
            "path": path.display().to_string(),
            "images": set.len(),
            "grid": grid.to_string(),
            "codes": codes,
            "classes": set.classes(),
            "flipped": set.flipped().is_some(),
        }),
        || {
            format!(
                "all: {} images, grid {grid}, {codes} codes, {} classes: {}",
                HumanCount(set.len() as u64),
                set.classes(),
                path.display()
            )
        },
    )
}
