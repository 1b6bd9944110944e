//! Journeys in real browsers, on the real Worker and the demo shop.

mod calls;
mod consent;
mod foreign_site;
mod friend_without_script;
mod hidden_frames;
mod launcher;
mod never_in_the_way;
mod nothing_counts_twice;
mod orders_by_token_or_coupon;
mod own_page;
mod pages_around_a_link;
mod people_who_do_not_point;
mod placements;
mod plain_page;
mod privacy;
mod screen_readers;
mod several_clicks;
mod steps;
mod the_main_path;
mod unblocked;
