-- Which of several orders with one coupon it belongs to is asked whenever an order is judged.
CREATE INDEX conversions_by_coupon ON conversions (coupon) WHERE coupon IS NOT NULL;
