//! How many decimals the minor unit of a currency stands for. A file of its own, without
//! any dependency, since the panel takes it in as well: what `Intl` shows by default is
//! another thing (it writes no decimals for HUF, whose minor unit is a hundredth).

/// Currencies whose smallest unit is not a hundredth, by ISO 4217 table A.1.
pub(crate) const NO_DECIMALS: &[u8] =
    b"BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
pub(crate) const THREE_DECIMALS: &[u8] = b"BHD IQD JOD KWD LYD OMR TND";

/// Whether a list of codes, each followed by a blank, holds this one.
pub(crate) fn holds(list: &[u8], code: &[u8]) -> bool {
    list.chunks(4).any(|entry| entry.get(..3) == Some(code))
}

/// 0, 2 or 3, by the ISO 4217 code of a currency.
pub(crate) fn exponent(code: &[u8]) -> u8 {
    if holds(NO_DECIMALS, code) {
        0
    } else if holds(THREE_DECIMALS, code) {
        3
    } else {
        2
    }
}
