"""Names of languages that employees in the Netherlands speak, by the first subtag of BCP 47 (ISO 639).

Names are for people. A language that is not listed is shown by its tag alone.
"""

LANGUAGES: dict[str, str] = {
    "am": "Amharic",
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bs": "Bosnian",
    "ckb": "Central Kurdish",
    "cs": "Czech",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fr": "French",
    "fy": "Frisian",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ku": "Kurdish",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mk": "Macedonian",
    "nl": "Dutch",
    "pa": "Punjabi",
    "pap": "Papiamento",
    "pl": "Polish",
    "ps": "Pashto",
    "pt": "Portuguese",
    "rif": "Tarifit",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "so": "Somali",
    "sq": "Albanian",
    "sr": "Serbian",
    "srn": "Sranan Tongo",
    "sw": "Swahili",
    "ta": "Tamil",
    "ti": "Tigrinya",
    "tl": "Tagalog",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "yue": "Cantonese",
    "zgh": "Standard Moroccan Tamazight",
    "zh": "Chinese",
}
"""English names by language subtag."""


def language_words(tag: str) -> str:
    """Name a language for people: ``Portuguese (pt-BR)``; the tag itself when it has no name here."""
    name = LANGUAGES.get(tag.partition("-")[0])
    return f"{name} ({tag})" if name else tag
