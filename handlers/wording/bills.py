"""What we say around the bill calculator."""


def ask(missing: str) -> str:
    """Return the question for what the calculator still needs."""
    asked = {
        "kwh": "用了多少度电？直接回复数字就行，也可以一起说地区和月份。",
        "peak_kwh": "高峰时段用了多少度？直接回复数字就行。",
        "valley_kwh": "低谷时段用了多少度？直接回复数字就行。",
    }
    return asked[missing]


def ask_split() -> str:
    """Return the question for peak and valley consumption."""
    return "请告诉我高峰、低谷各用了多少度，比如“峰二百谷一百”。账单或电表上能看到。"


def no_tariff(reason: str) -> str:
    """Return why a bill cannot be computed."""
    return f"这个我不能算：{reason}"
