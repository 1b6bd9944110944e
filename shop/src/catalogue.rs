//! What the shop sells. Everything here is invented.

use crate::money::Cents;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    Coffee,
    Tea,
    Gear,
}

impl Category {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coffee => "Coffee",
            Self::Tea => "Tea",
            Self::Gear => "Brewing gear",
        }
    }

    pub const fn path(self) -> &'static str {
        match self {
            Self::Coffee => "/coffee",
            Self::Tea => "/tea",
            Self::Gear => "/gear",
        }
    }

    pub const fn line(self) -> &'static str {
        match self {
            Self::Coffee => {
                "Roasted on Tuesdays in small batches, sent on Wednesdays. Always whole bean."
            }
            Self::Tea => {
                "Loose leaves from gardens we can name, packed by hand so that they arrive whole."
            }
            Self::Gear => {
                "Few things, chosen because we use them every morning. Each one can be repaired."
            }
        }
    }
}

/// Words and price of one product; its picture is `/assets/{slug}.svg`.
#[derive(Debug, PartialEq, Eq)]
pub struct Product {
    pub slug: &'static str,
    pub name: &'static str,
    pub category: Category,
    /// What the price buys: weight, size.
    pub unit: &'static str,
    pub price: Cents,
    /// One line for the grid.
    pub line: &'static str,
    pub story: &'static str,
    pub facts: [(&'static str, &'static str); 4],
    /// The backdrop of the picture, a class of the style sheet.
    pub tint: &'static str,
    /// What the picture shows, for those who don't see it.
    pub picture: &'static str,
}

pub static PRODUCTS: [Product; 12] = [
    Product {
        slug: "guji",
        name: "Guji Natural",
        category: Category::Coffee,
        unit: "250 g, whole bean",
        price: Cents(1_450),
        line: "Ethiopia. Blueberry, jasmine, cane sugar.",
        story: "Dried in the cherry on raised beds at 2,100 metres, then rested for two months before it was milled. Light roasted, so that the fruit stays in front. Lovely as a slow filter, and the coffee that made half of us switch sides from espresso.",
        facts: [
            ("Origin", "Guji, Ethiopia"),
            ("Process", "Natural"),
            ("Roast", "Light"),
            ("Best as", "Filter, cold brew"),
        ],
        tint: "apricot",
        picture: "Kraft paper coffee bag with a cream label and a sun over hills",
    },
    Product {
        slug: "kettle",
        name: "Swan Kettle",
        category: Category::Gear,
        unit: "0.9 l, for all hobs",
        price: Cents(6_400),
        line: "A gooseneck that pours exactly where you look.",
        story: "Matt black steel with an oiled walnut handle, balanced so that the last cup pours as steadily as the first. The spout is narrow enough for a drip and wide enough for a flood. The lid has a thermometer in its knob.",
        facts: [
            ("Holds", "0.9 l"),
            ("Made of", "Steel, walnut"),
            ("Hobs", "All, with induction"),
            ("Guarantee", "5 years"),
        ],
        tint: "stone",
        picture: "Black gooseneck kettle with a wooden handle",
    },
    Product {
        slug: "sencha",
        name: "First Flush Sencha",
        category: Category::Tea,
        unit: "80 g, loose leaf",
        price: Cents(1_190),
        line: "Shizuoka. Sweet grass, chestnut, sea air.",
        story: "Picked in the last days of April and steamed within the hour. Give it 70-degree water and a single minute, then pour it again twice: the second cup is the best one. The tin has an inner lid and keeps the leaves green for months.",
        facts: [
            ("Origin", "Shizuoka, Japan"),
            ("Water", "70 °C"),
            ("Time", "1 minute"),
            ("Cups", "About 40"),
        ],
        tint: "sage",
        picture: "Round green tea tin with a paper band",
    },
    Product {
        slug: "huila",
        name: "Huila Washed",
        category: Category::Coffee,
        unit: "250 g, whole bean",
        price: Cents(1_320),
        line: "Colombia. Red apple, caramel, milk chocolate.",
        story: "Eleven neighbours on one hillside, one shared washing station. Clean, round and sweet, roasted a shade darker than our lightest. If you buy coffee for a house with many tastes in it, buy this one.",
        facts: [
            ("Origin", "Huila, Colombia"),
            ("Process", "Washed"),
            ("Roast", "Medium light"),
            ("Best as", "Filter, moka pot"),
        ],
        tint: "mist",
        picture: "White coffee bag with a blue mountain band",
    },
    Product {
        slug: "dripper",
        name: "Cone Dripper",
        category: Category::Gear,
        unit: "1 to 4 cups",
        price: Cents(2_600),
        line: "Glazed stoneware that keeps its warmth.",
        story: "Thrown by hand in a small pottery, with ribs that keep the paper off the wall and the water moving. It takes ordinary cone papers of size 2. Comes on a glass server with a line at each cup.",
        facts: [
            ("Holds", "Up to 4 cups"),
            ("Made of", "Stoneware, glass"),
            ("Papers", "Cone, size 2"),
            ("Care", "Dishwasher safe"),
        ],
        tint: "sand",
        picture: "White ceramic dripper on a glass server half full of coffee",
    },
    Product {
        slug: "earl-grey",
        name: "Harbour Earl Grey",
        category: Category::Tea,
        unit: "100 g, loose leaf",
        price: Cents(980),
        line: "Black tea, cold-pressed bergamot, cornflower.",
        story: "A strong black tea from the hills of Uva with oil pressed from Calabrian bergamot, not a flavouring. Bright without milk, steady with it. Three minutes are enough; at five it bites.",
        facts: [
            ("Origin", "Uva, Sri Lanka"),
            ("Water", "95 °C"),
            ("Time", "3 minutes"),
            ("Cups", "About 45"),
        ],
        tint: "mist",
        picture: "Tall navy tea tin with a gold-edged label",
    },
    Product {
        slug: "night-shift",
        name: "Night Shift Espresso",
        category: Category::Coffee,
        unit: "250 g, whole bean",
        price: Cents(1_280),
        line: "House blend. Dark cocoa, walnut, dried fig.",
        story: "Brazil for the body, a little Sumatra for the bass. Dark, but stopped before it turns bitter, so that it stands up to milk and is still kind on its own. Named for the nurses across the road, who drink most of it.",
        facts: [
            ("Origin", "Brazil, Sumatra"),
            ("Process", "Natural, wet-hulled"),
            ("Roast", "Dark"),
            ("Best as", "Espresso, with milk"),
        ],
        tint: "clay",
        picture: "Black coffee bag with a crescent moon and stars",
    },
    Product {
        slug: "cups",
        name: "Two Morning Cups",
        category: Category::Gear,
        unit: "A pair, 220 ml each",
        price: Cents(2_200),
        line: "Speckled stoneware with a dipped glaze.",
        story: "No handle, because warm hands are half of the point. The foot is left raw, the rest is dipped in oat and in forest green. No two have the same freckles.",
        facts: [
            ("Holds", "220 ml each"),
            ("Made of", "Stoneware"),
            ("Height", "8 cm"),
            ("Care", "Dishwasher safe"),
        ],
        tint: "apricot",
        picture: "Two stoneware cups, one cream and one green, one of them full",
    },
    Product {
        slug: "oolong",
        name: "Mountain Oolong",
        category: Category::Tea,
        unit: "60 g, loose leaf",
        price: Cents(1_640),
        line: "Taiwan. Orchid, warm milk, stone fruit.",
        story: "Rolled into tight pearls that open over five or six pours, each a bit different from the last. Grown above the clouds in Nantou and only lightly roasted. Good for an afternoon with nothing in it.",
        facts: [
            ("Origin", "Nantou, Taiwan"),
            ("Water", "90 °C"),
            ("Time", "2 minutes"),
            ("Cups", "About 60"),
        ],
        tint: "sand",
        picture: "Rust-red stand-up pouch with a round window of tea pearls",
    },
    Product {
        slug: "grinder",
        name: "Pocket Grinder",
        category: Category::Gear,
        unit: "25 g at a time",
        price: Cents(5_800),
        line: "Steel burrs, forty quiet turns a cup.",
        story: "Conical steel burrs in a brushed body that fits a coat pocket. Twenty-four clicks from espresso to French press, and you feel each one. Comes apart with one screw for cleaning.",
        facts: [
            ("Holds", "25 g"),
            ("Made of", "Steel, beech"),
            ("Settings", "24"),
            ("Guarantee", "5 years"),
        ],
        tint: "sage",
        picture: "Brushed steel hand grinder with a crank and a wooden knob",
    },
    Product {
        slug: "chamomile",
        name: "Chamomile & Honeybush",
        category: Category::Tea,
        unit: "20 silk bags",
        price: Cents(750),
        line: "No caffeine. Meadow, apple peel, honey.",
        story: "Whole chamomile heads, honeybush and a little lemon verbena in roomy bags made from maize. For the end of the day, the end of a cold, or the end of a long argument.",
        facts: [
            ("Origin", "Croatia, South Africa"),
            ("Water", "100 °C"),
            ("Time", "6 minutes"),
            ("Bags", "20, compostable"),
        ],
        tint: "straw",
        picture: "Yellow carton with a chamomile flower and a tea bag on a string",
    },
    Product {
        slug: "slow-sunday",
        name: "Slow Sunday Decaf",
        category: Category::Coffee,
        unit: "200 g, whole bean",
        price: Cents(1_390),
        line: "Mexico. Cane syrup, almond, orange.",
        story: "Decaffeinated with mountain water and nothing else, which leaves the sweetness where it was. Medium roast. Blind, at our table, it beat two of our ordinary coffees; we have not told those.",
        facts: [
            ("Origin", "Chiapas, Mexico"),
            ("Process", "Washed, water decaf"),
            ("Roast", "Medium"),
            ("Best as", "Filter, espresso"),
        ],
        tint: "rose",
        picture: "Copper-coloured coffee canister with a wooden lid",
    },
];

pub fn find(slug: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.slug == slug)
}

pub fn of(category: Category) -> Vec<&'static Product> {
    PRODUCTS
        .iter()
        .filter(|product| product.category == category)
        .collect()
}

/// Up to three others: of the same kind first, then the rest in order.
pub fn beside(product: &Product) -> Vec<&'static Product> {
    let same = PRODUCTS
        .iter()
        .filter(|other| other.category == product.category);
    let rest = PRODUCTS
        .iter()
        .filter(|other| other.category != product.category);
    same.chain(rest)
        .filter(|other| other.slug != product.slug)
        .take(3)
        .collect()
}
