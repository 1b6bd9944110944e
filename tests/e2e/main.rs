//! Journeys in real browsers, on the real Worker and the demo shop.

mod consent;
mod foreign_site;
mod friend_without_script;
mod hidden_frames;
mod launcher;
mod nothing_counts_twice;
mod orders_by_token_or_coupon;
mod pages_around_a_link;
mod people_who_do_not_point;
mod plain_page;
mod several_clicks;
mod steps;
mod the_main_path;
