//! Images and tokens for models that generate in parallel.
