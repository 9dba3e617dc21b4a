"""Reading aloud: numbers, money, dates, times, units and short forms become words. Pure; data in assets/voice/readings."""
