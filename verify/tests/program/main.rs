//! The real program on chains that an independent sealer made.

#[cfg(test)]
mod anchors;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod order;
#[cfg(test)]
mod program;
#[cfg(test)]
mod sealer;
