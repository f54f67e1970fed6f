//! `man`

use clap_mangen::Man;

use crate::args::{ManArgs, definition};
use crate::failure::{Failure, Result};
use crate::folder;
use crate::printer::Printer;
use crate::single_file::SingleFile;

pub(crate) fn run(args: &ManArgs, printer: &Printer) -> Result<()> {
    let mut program = definition();
    program.build();
    let mut pages = Vec::new();
    add_pages(program, &mut pages)?;
    let path = |name: &str| args.out.join(format!("{name}.1"));
    let files = pages.iter().map(|(name, page)| {
        let file = SingleFile::new(&path(name), args.force)?;
        Ok((file, page))
    });
    // Nothing is written if something is in the way.
    let files: Vec<(SingleFile, &Vec<u8>)> = files.collect::<Result<_>>()?;
    folder::make(&args.out)?;
    for (file, page) in files {
        file.write(page)?;
    }
    printer.note(&format!(
        "{} pages: {}",
        pages.len(),
        path("orders-cli").display()
    ));
    Ok(())
}

/// The page of a command and those of its commands, by their names.
fn add_pages(command: clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let commands: Vec<clap::Command> = command
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
        .cloned()
        .collect();
    let name = command.get_display_name().unwrap_or(command.get_name());
    let name = name.to_owned();
    let mut page = Vec::new();
    Man::new(command).render(&mut page).map_err(Failure::work)?;
    pages.push((name, page));
    commands
        .into_iter()
        .try_for_each(|command| add_pages(command, pages))
}
