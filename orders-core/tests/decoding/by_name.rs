//! Schedulers as a catalogue has them.

use orders_core::catalogue::{Catalogue, MethodEntry, ParameterEntry, SchedulerEntry};
use orders_core::decoding::schedulers::{EntropyBound, Spaced, Task};
use orders_core::methods::Raster;
use orders_core::{Grid, GroupSizes, KnownCells, Parameters, Problem};

fn grid() -> Grid {
    Grid::new(4, 4).unwrap()
}

fn refusal(name: &str, parameter: &str, value: f64) -> String {
    let parameters = Parameters::from([(parameter.into(), value.into())]);
    let rule = Catalogue::standard().scheduler(name, grid(), &parameters);
    rule.err().expect("it is refused").to_string()
}

#[test]
fn entries_tell_the_truth() {
    let catalogue = Catalogue::standard();
    let known = KnownCells::none(grid());
    let names: Vec<&str> = catalogue.schedulers().iter().map(|e| e.name()).collect();
    let expected = [
        "confidence",
        "entropy",
        "margin",
        "maskgit",
        "confidence-threshold",
        "entropy-bound",
        "stable",
        "lpd-adaptive",
    ];
    assert_eq!(names, expected);
    for entry in catalogue.schedulers() {
        let rule = entry.rule(grid(), &Parameters::new()).unwrap();
        let needs = entry.needs();
        assert_eq!(rule.name(), entry.name());
        assert_eq!(rule.needs_group_sizes(), needs.group_sizes);
        assert_eq!(rule.is_random(), needs.randomness);
        assert_eq!(rule.looks_at_tokens(), needs.tokens);
        let mut known_parameters: Vec<&str> = entry.parameters().iter().map(|p| p.name()).collect();
        known_parameters.sort_unstable();
        assert!(rule.parameters().keys().eq(known_parameters));
        let made = rule.scheduler(&Task::from(known.clone()), 0, 0);
        assert_eq!(made.is_err(), needs.group_sizes);
        let problem = Problem::new(grid(), GroupSizes::new([4; 4]).unwrap()).unwrap();
        let scheduler = rule.scheduler(&problem.into(), 0, 0).unwrap();
        assert_eq!(scheduler.looks_at_tokens(), needs.tokens);
        let video = Grid::video(2, 4, 4).unwrap();
        let problem = Problem::new(video, GroupSizes::new([8; 4]).unwrap()).unwrap();
        let rule = entry.rule(video, &Parameters::new()).unwrap();
        assert_eq!(
            rule.scheduler(&problem.into(), 0, 0).is_err(),
            needs.one_frame
        );
    }
}

#[test]
fn published_defaults() {
    let catalogue = Catalogue::standard();
    let rule = |name: &str| {
        let rule = catalogue.scheduler(name, Grid::new(16, 16).unwrap(), &Parameters::new());
        let parameters = rule.unwrap().parameters();
        let words = parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(rule("confidence"), "repulsion=0");
    assert_eq!(rule("maskgit"), "repulsion=0 temperature=4.5");
    assert_eq!(rule("confidence-threshold"), "repulsion=0 threshold=0.9");
    assert_eq!(rule("entropy-bound"), "budget=0.1 repulsion=0");
    assert_eq!(rule("stable"), "kl=0.01 repulsion=0 threshold=0.9");
    assert!(rule("lpd-adaptive").ends_with("proximity=1 repulsion=2 window=32"));
}

#[test]
fn wrong_parameters_are_refused_in_a_sentence() {
    for value in [f64::NAN, -0.5] {
        for (name, parameter) in [
            ("margin", "repulsion"),
            ("entropy-bound", "budget"),
            ("stable", "kl"),
            ("lpd-adaptive", "budget"),
            ("lpd-adaptive", "proximity"),
        ] {
            assert_eq!(
                refusal(name, parameter, value),
                format!("{parameter} of scheduler {name} is {value}; it takes a number from 0")
            );
        }
    }
    for value in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
        for name in ["confidence-threshold", "stable"] {
            assert_eq!(
                refusal(name, "threshold", value),
                format!("threshold of scheduler {name} is {value}; it takes a number from 0 to 1")
            );
        }
    }
    for value in [f64::NAN, -1.0, f64::INFINITY] {
        let text = refusal("maskgit", "temperature", value);
        assert!(
            text.starts_with("temperature of scheduler maskgit is"),
            "{text}"
        );
    }
    for value in [0.0, 1.5] {
        assert_eq!(
            refusal("lpd-adaptive", "window", value),
            format!("window of scheduler lpd-adaptive is {value}; it takes a whole number from 1")
        );
    }
    assert_eq!(
        refusal("entropy-bound", "gamma", 0.1),
        "there is no entropy-bound parameter 'gamma'; there are budget, repulsion"
    );
    let unknown = refusal("entropy-bond", "budget", 0.1);
    assert!(
        unknown.starts_with("there is no scheduler 'entropy-bond'; did you mean 'entropy-bound'?")
    );
    // A method's parameters are the method's.
    assert_eq!(
        refusal("raster", "budget", 0.1),
        "method raster has no parameters, so no 'budget'"
    );
}

#[test]
fn a_scheduler_is_no_method() {
    let method = Catalogue::standard().method("entropy-bound", grid(), &Parameters::new());
    let words = method.err().unwrap().to_string();
    assert!(
        words.starts_with(
            "'entropy-bound' is a scheduler, which chooses cells while a model generates; \
             methods, which make orders beforehand, are lpd, proximity, "
        ),
        "{words}"
    );
}

#[test]
fn group_sizes_are_asked_for() {
    let rule = Catalogue::standard().scheduler("margin", grid(), &Parameters::new());
    let made = rule
        .unwrap()
        .scheduler(&KnownCells::none(grid()).into(), 0, 0);
    assert_eq!(
        made.err().unwrap().to_string(),
        "scheduler margin needs group sizes, which say how many cells a step reveals"
    );
}

#[test]
fn methods_and_schedulers_share_their_names() {
    let bound = |name: &str| {
        SchedulerEntry::new(name, "a bound", |arguments| {
            let rule = EntropyBound::new(arguments.number("budget")?)?;
            Ok(Box::new(Spaced::new(rule, 0.0)?))
        })
        .with_parameter(ParameterEntry::number("budget", "nats", 0.0).or(0.1))
    };
    let raster = |name: &str| MethodEntry::new(name, "rows", |_| Ok(Box::new(Raster)));
    let catalogue = || Catalogue::standard();
    for (refused, words) in [
        (catalogue().with_scheduler(bound("lpd")), "method 'lpd'"),
        (
            catalogue().with_scheduler(bound("dilated")),
            "method 'dilated'",
        ),
        (
            catalogue().with_scheduler(bound("stable")),
            "scheduler 'stable'",
        ),
        (catalogue().with(raster("margin")), "scheduler 'margin'"),
    ] {
        assert_eq!(
            refused.unwrap_err().to_string(),
            format!("there is a {words} already; each has a name of its own")
        );
    }
    // Registered, but under another name than it has.
    let catalogue = catalogue().with_scheduler(bound("mine")).unwrap();
    let rule = catalogue.scheduler("mine", grid(), &Parameters::new());
    assert_eq!(
        rule.err().unwrap().to_string(),
        "the catalogue's entry 'mine' makes a scheduler that calls itself 'entropy-bound'"
    );
}
