//! Results survive: interrupted, resumed, split, merged.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use orders_analysis::experiment::{ExperimentError, Plan, ResultsFolder, Shard, merge, run};

use crate::{SMALL, content, plan, run_into, tools};

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    let one = temporary.path().join("one");
    run_into(&one, &plan, Shard::WHOLE, 1).unwrap();
    let expected = content(&one);
    assert_eq!(expected.len(), 1 + plan.trials().len());
    for threads in [2, 5, 40] {
        let many = temporary.path().join(threads.to_string());
        run_into(&many, &plan, Shard::WHOLE, threads).unwrap();
        assert!(content(&many) == expected, "{threads} threads");
    }
}

#[test]
fn interrupted_and_resumed_is_as_uninterrupted() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    let whole = temporary.path().join("whole");
    run_into(&whole, &plan, Shard::WHOLE, 2).unwrap();

    let path = temporary.path().join("interrupted");
    let folder = ResultsFolder::create(&path, &plan, Shard::WHOLE, "test 1").unwrap();
    let asked = AtomicUsize::new(0);
    let mut finished = 0;
    for most in [0, 15, 40, 20] {
        // It ends in the midst of a trial: it is asked before every order.
        asked.store(0, Ordering::Relaxed);
        let should_stop = || asked.fetch_add(1, Ordering::Relaxed) >= most;
        let progress = run(&folder, &tools(&[]), "test 1", 1, &should_stop, &|_| {}).unwrap();
        assert_eq!(progress.found, finished);
        assert!(progress.finished >= finished && !progress.is_complete());
        finished = progress.finished;
        let is_partial = |name: &String| name.ends_with(".partial");
        assert!(!content(&path).keys().any(is_partial));
    }
    assert!(finished > 0, "no trial was done before the end");
    let told = AtomicUsize::new(0);
    let progress = run(&folder, &tools(&[]), "test 1", 2, &|| false, &|progress| {
        told.fetch_max(progress.finished, Ordering::Relaxed);
    });
    let progress = progress.unwrap();
    assert_eq!(
        (progress.found, progress.finished),
        (finished, plan.trials().len())
    );
    assert_eq!(told.into_inner(), plan.trials().len());
    assert!(content(&path) == content(&whole));
}

#[test]
fn finished_trials_are_not_repeated() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    run_into(temporary.path(), &plan, Shard::WHOLE, 2).unwrap();
    let before = content(temporary.path());
    let times = || -> Vec<_> {
        let files = before.keys().filter(|name| name.starts_with("trials/"));
        files
            .map(|name| {
                temporary
                    .path()
                    .join(name)
                    .metadata()
                    .unwrap()
                    .modified()
                    .unwrap()
            })
            .collect()
    };
    let first = times();
    let progress = run_into(temporary.path(), &plan, Shard::WHOLE, 2).unwrap();
    assert_eq!(progress.found, plan.trials().len());
    assert_eq!(times(), first);
    assert!(content(temporary.path()) == before);
}

#[test]
fn what_a_killed_run_leaves_does_not_matter() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    let whole = temporary.path().join("whole");
    run_into(&whole, &plan, Shard::WHOLE, 2).unwrap();
    // Killed while it wrote its first file, and then while it wrote a result.
    let path = temporary.path().join("killed");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join(".abc.partial"), "{\"form").unwrap();
    let folder = ResultsFolder::create(&path, &plan, Shard::WHOLE, "test 1").unwrap();
    std::fs::create_dir(path.join("trials")).unwrap();
    std::fs::write(path.join("trials/.abc.partial"), "{\"form").unwrap();
    run(&folder, &tools(&[]), "test 1", 2, &|| false, &|_| {}).unwrap();
    let mut content_now = content(&path);
    content_now.retain(|name, _| !name.ends_with(".partial"));
    assert!(content_now == content(&whole));
}

fn shards(temporary: &tempfile::TempDir, plan: &Plan, of: usize) -> Vec<PathBuf> {
    (1..=of)
        .map(|number| {
            let path = temporary.path().join(format!("shard{number}"));
            let shard = format!("{number}/{of}").parse().unwrap();
            run_into(&path, plan, shard, 1).unwrap();
            path
        })
        .collect()
}

#[test]
fn merged_shards_are_as_one_run() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    let whole = temporary.path().join("whole");
    run_into(&whole, &plan, Shard::WHOLE, 2).unwrap();
    let mut folders = shards(&temporary, &plan, 3);
    // Each shard has the results of its own trials.
    let results = |path: &PathBuf| std::fs::read_dir(path.join("trials")).unwrap().count();
    assert_eq!(
        folders.iter().map(results).sum::<usize>(),
        plan.trials().len()
    );

    let missing = merge(
        &folders[..2],
        temporary.path().join("early"),
        &tools(&[]),
        "test 1",
    )
    .unwrap_err();
    assert!(matches!(
        missing,
        ExperimentError::Missing {
            missing: 4,
            trials: 12,
            first: 3,
            ..
        }
    ));
    assert!(!temporary.path().join("early").exists());

    folders.reverse();
    let merged = temporary.path().join("merged");
    merge(&folders, &merged, &tools(&[]), "test 1").unwrap();
    assert!(content(&merged) == content(&whole));
    // Again, with an overlap, into what is there.
    folders.push(whole.clone());
    merge(&folders, &merged, &tools(&[]), "test 1").unwrap();
    assert!(content(&merged) == content(&whole));
    // A sweep goes on in it.
    assert_eq!(run_into(&merged, &plan, Shard::WHOLE, 1).unwrap().found, 12);
}

#[test]
fn other_folders_are_refused_untouched() {
    let temporary = tempfile::tempdir().unwrap();
    let small = plan(SMALL);
    let other = plan(&SMALL.replace("[4, 9]", "[4]").replace("small", "another"));
    let held = temporary.path().join("held");
    run_into(&held, &other, Shard::WHOLE, 1).unwrap();
    let foreign = temporary.path().join("foreign");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("thesis.tex"), "\\end").unwrap();
    let file = temporary.path().join("file");
    std::fs::write(&file, "").unwrap();
    let before = content(temporary.path());

    let refused = |path: &PathBuf, shard: &str| {
        let error = run_into(path, &small, shard.parse().unwrap(), 1).unwrap_err();
        assert!(error.is_input());
        let shown = temporary.path().display().to_string();
        error.to_string().replace(&format!("{shown}/"), "")
    };
    assert_eq!(
        refused(&held, "1/1"),
        "held holds the results of another sweep (another); name another folder"
    );
    assert_eq!(
        refused(&foreign, "1/1"),
        "foreign holds files that are no sweep's results; name a new folder or an empty one"
    );
    assert_eq!(
        refused(&file, "1/1"),
        "file is no folder of a sweep's results"
    );
    let shard = temporary.path().join("shard");
    let part = run_into(&shard, &small, "1/4".parse().unwrap(), 1).unwrap();
    assert_eq!(part.trials, 3);
    assert_eq!(
        refused(&shard, "2/4"),
        "shard holds shard 1/4 of this sweep, not shard 2/4; name another folder"
    );
    assert_eq!(
        refused(&shard, "1/1"),
        "shard holds shard 1/4 of this sweep, not the whole; name another folder"
    );
    std::fs::remove_dir_all(&shard).unwrap();
    assert!(content(temporary.path()) == before);
}

#[test]
fn shards_of_different_spaces_are_not_merged() {
    let temporary = tempfile::tempdir().unwrap();
    let folders = shards(&temporary, &plan(SMALL), 2);
    let other = temporary.path().join("other");
    run_into(&other, &plan(&SMALL.replace("12", "13")), Shard::WHOLE, 1).unwrap();
    let out = temporary.path().join("out");
    let error = merge(&[folders[0].clone(), other], &out, &tools(&[]), "test 1").unwrap_err();
    assert!(matches!(error, ExperimentError::DifferentSweeps { .. }));
    assert!(!out.exists());

    // Of one space, but with another result of a trial, which agrees with itself.
    let again = temporary.path().join("again");
    run_into(&again, &plan(SMALL), Shard::WHOLE, 1).unwrap();
    let key = plan(SMALL).trials()[1].settings.key();
    let file = again.join(format!("trials/{key}.json"));
    let mut result: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    result["orders"]["discrepancy"] = vec![0.5; 12].into();
    let total = &mut result["totals"]["discrepancy"];
    for (key, value) in [("mean", 0.5), ("sd", 0.0), ("low", 0.5), ("high", 0.5)] {
        total[key] = value.into();
    }
    std::fs::write(&file, result.to_string()).unwrap();
    let error = merge(
        &[again.clone(), folders[1].clone()],
        &out,
        &tools(&[]),
        "test 1",
    );
    assert!(matches!(
        error,
        Err(ExperimentError::DifferentResults { trial: 2, .. })
    ));
    assert!(!out.exists());

    // What processors differ in is no other result: the first folder's is taken.
    let text = std::fs::read_to_string(folders[1].join(format!("trials/{key}.json"))).unwrap();
    std::fs::write(&file, &text).unwrap();
    let mut close: serde_json::Value = serde_json::from_str(&text).unwrap();
    let value = &mut close["orders"]["discrepancy"][0];
    *value = (value.as_f64().unwrap() * (1.0 + 1e-12)).into();
    std::fs::write(&file, close.to_string()).unwrap();
    merge(&[again, folders[1].clone()], &out, &tools(&[]), "test 1").unwrap();
}

#[test]
fn damaged_results_are_found() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    run_into(temporary.path(), &plan, Shard::WHOLE, 1).unwrap();
    let settings = &plan.trials()[3].settings;
    let file = temporary
        .path()
        .join(format!("trials/{}.json", settings.key()));
    let sound = std::fs::read_to_string(&file).unwrap();
    let other = &plan.trials()[4].settings;
    let other = temporary
        .path()
        .join(format!("trials/{}.json", other.key()));
    for damaged in [
        sound[..sound.len() / 2].to_owned(),
        String::new(),
        "[]".into(),
        sound.replace("\"format\":1", "\"format\":2"),
        sound.replacen("\"proximity\":[", "\"proximity\":[0.5,", 1),
        sound.replacen("\"group_sizes\":[1,", "\"group_sizes\":[", 2),
        sound.replacen("\"key\":\"", "\"key\":\"0", 1),
        sound.replacen("\"key\":\"", "\"key\":\"\",\"k\":\"", 1),
        sound.replacen("\"count\":12", "\"count\":11", 1),
        sound.replacen("\"mean\":0.", "\"mean\":1.", 1),
        std::fs::read_to_string(&other).unwrap(),
        "[".repeat(3_000_000),
    ] {
        assert_ne!(damaged, sound);
        std::fs::write(&file, &damaged).unwrap();
        let error = run_into(temporary.path(), &plan, Shard::WHOLE, 1).unwrap_err();
        assert!(matches!(&error, ExperimentError::Damaged { file: named, .. } if *named == file));
        assert!(error.is_input());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), damaged);
    }
    // Without it, the trial runs again.
    std::fs::remove_file(&file).unwrap();
    run_into(temporary.path(), &plan, Shard::WHOLE, 1).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), sound);

    let manifest = temporary.path().join("sweep.json");
    let sound = std::fs::read_to_string(&manifest).unwrap();
    for damaged in [
        sound[..sound.len() / 2].to_owned(),
        sound.replacen("\"steps\":4", "\"steps\":5", 1),
        sound.replacen("6x6", "6by6", 1),
        sound.replacen("\"orders\":12", "\"orders\":99999999999", 1),
        sound.replacen("\"1/1\"", "\"3/2\"", 1),
        sound.replacen("\"format\":1", "\"format\":9", 1),
    ] {
        assert_ne!(damaged, sound);
        std::fs::write(&manifest, &damaged).unwrap();
        let error = ResultsFolder::open(temporary.path()).unwrap_err();
        assert!(matches!(&error, ExperimentError::Damaged { file, .. } if *file == manifest));
    }
}

/// A field out of a file is known by its content: another file of that name is another
/// sweep, and results of the two are not mixed.
#[test]
fn files_of_fields_are_part_of_the_space() {
    let temporary = tempfile::tempdir().unwrap();
    let file = temporary.path().join("field.npy");
    let write = |correlation: f64| {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }\n";
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.bytes());
        for value in [1.0, correlation, correlation, 1.0] {
            bytes.extend(value.to_le_bytes());
        }
        std::fs::write(&file, bytes).unwrap();
    };
    let text = format!(
        "grids = [\"1x2\"]\nsizes = [[2]]\nfields = ['{}']\n[[methods]]\nname = \"raster\"\n",
        file.display()
    );
    write(0.5);
    let first = plan(&text);
    let out = temporary.path().join("out");
    run_into(&out, &first, Shard::WHOLE, 2).unwrap();
    let folder = ResultsFolder::open(&out).unwrap();
    let (_, result) = folder.results().unwrap().remove(0);
    let mean = result.totals["total_correlation_nats"].mean.unwrap();
    assert!((mean - -0.5 * 0.75_f64.ln()).abs() < 1e-12);

    write(0.25);
    let second = plan(&text);
    assert_ne!(first.key(), second.key());
    let before = content(&out);
    assert!(matches!(
        run_into(&out, &second, Shard::WHOLE, 2),
        Err(ExperimentError::OtherSweep { .. })
    ));
    // Also where it changes after the plan was made.
    let late = temporary.path().join("late");
    let error = run_into(&late, &first, Shard::WHOLE, 2).unwrap_err();
    assert!(matches!(error, ExperimentError::Trial { trial: 1, .. }));
    assert!(content(&out) == before);
}
