//! Kettle & Leaf as a shopper's browser and the edge see it: a real server on
//! the loopback, and an edge double that notes every request.

#[cfg(test)]
mod edge_double;
#[cfg(test)]
mod ordering;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod reporting;
#[cfg(test)]
mod shopper;
