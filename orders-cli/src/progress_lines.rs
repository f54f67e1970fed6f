//! Progress where there is no terminal: a line now and then, for those who read it in a log.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::TermLike;

/// From one line to the next.
const PAUSE: Duration = Duration::from_secs(30);

/// When the last line of all bars was written; at first, when the program began.
#[derive(Clone, Debug)]
pub(crate) struct LastLine(Arc<Mutex<Instant>>);

impl LastLine {
    pub(crate) fn now() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// Whether it is time for a line, which is the last one then.
    fn is_due(&self, pause: Duration) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.elapsed() >= pause;
        if is_due {
            *last = Instant::now();
        }
        is_due
    }
}

/// What a bar draws to: of what it would show, a line is written when it is time for one.
#[derive(Debug)]
pub(crate) struct ProgressLines<W = io::Stderr> {
    last: LastLine,
    pause: Duration,
    /// What is drawn at the moment.
    drawn: Mutex<String>,
    out: Mutex<W>,
}

impl ProgressLines {
    /// Lines on stderr, every 30 seconds.
    pub(crate) fn new(last: LastLine) -> Self {
        Self::to(io::stderr(), last, PAUSE)
    }
}

impl<W> ProgressLines<W> {
    fn to(out: W, last: LastLine, pause: Duration) -> Self {
        Self {
            last,
            pause,
            drawn: Mutex::default(),
            out: Mutex::new(out),
        }
    }

    fn draw(&self, text: &str) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        drawn.push_str(text);
    }
}

impl<W: Write + Send + std::fmt::Debug> TermLike for ProgressLines<W> {
    /// As wide as a line may be: nothing is cut.
    fn width(&self) -> u16 {
        240
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.draw(text);
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.draw(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.drawn
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let text = std::mem::take(&mut *drawn);
        let text = text.trim();
        // A bar that is cleared draws nothing.
        if !text.is_empty() && self.last.is_due(self.pause) {
            let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
            // If stderr is gone, nobody is left to be told.
            let _ = writeln!(out, "{text}");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

    use super::*;

    #[derive(Clone, Debug, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn bar(log: &Log, last: LastLine, pause: Duration) -> ProgressBar {
        let lines = ProgressLines::to(log.clone(), last, pause);
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(lines), 255);
        let bar = ProgressBar::with_draw_target(Some(10), target);
        bar.set_style(ProgressStyle::with_template("{msg}: {pos} of {len}").unwrap());
        bar.set_message("images");
        bar
    }

    fn said(log: &Log) -> String {
        String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_line_is_written_when_it_is_time() {
        let log = Log::default();
        let shown = bar(&log, LastLine::now(), Duration::ZERO);
        shown.set_position(3);
        shown.force_draw();
        shown.finish_and_clear();
        let said = said(&log);
        assert!(said.lines().count() >= 1, "{said:?}");
        assert_eq!(said.lines().last(), Some("images: 3 of 10"), "{said:?}");
    }

    #[test]
    fn before_that_nothing_is_said() {
        let log = Log::default();
        let last = LastLine::now();
        for _ in 0..3 {
            let shown = bar(&log, last.clone(), Duration::from_secs(3600));
            shown.set_position(3);
            shown.force_draw();
            shown.finish_and_clear();
        }
        assert_eq!(said(&log), "");
    }
}
